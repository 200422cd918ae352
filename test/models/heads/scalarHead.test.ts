import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { mul, sum } from '../../../models/graph/index.ts'
import {
  ConfigError,
  type Engine,
  firstHead,
  fromConfigJson,
  type Objective,
  Policy,
  readSafetensors,
  startEngine,
  toConfigJson,
} from '../../../models/index.ts'
import { sfc32 } from '../../../models/random.ts'
import { expectClose } from '../closeTo.ts'
import { AUDIO_ID, tinyBatch, tinyConfig } from '../tinyPolicy.ts'

const goldens = new URL('../../goldens/data/rewards/', import.meta.url)
const golden = JSON.parse(readFileSync(new URL('golden.json', goldens), 'utf8')) as {
  sequences: number[][]
  rewards: Record<'oneLayer' | 'twoLayers', number[]>
}

const engines: Engine[] = []
const engine = () => {
  engines.push(startEngine())
  return engines.at(-1)!
}
afterAll(() => Promise.all(engines.map((one) => one.close())))

/** Squares of what the head says, so that the gradient differs from place to place. */
const squares: Objective = {
  name: 'squares',
  build: ({ scalars, value }) => ({ loss: sum(mul(mul(scalars(), scalars()), value('weight'))) }),
}

describe('a reward model of transformers', () => {
  it.each(['oneLayer', 'twoLayers'] as const)('%s gives the rewards that transformers gives', async (name) => {
    const folder = new URL(name, goldens).pathname
    const file = path.join(folder, 'config.json')
    const { config } = fromConfigJson(JSON.parse(readFileSync(file, 'utf8')), file)
    expect(config.head).toEqual({ kind: 'reward', layers: name === 'oneLayer' ? 1 : 2 })
    const policy = new Policy({ config, engine: engine(), audioId: -1, padId: 0 })
    const opened = readSafetensors(folder)
    expect([...policy.parameters.keys()].sort()).toEqual([...opened.tensors.keys()].sort())
    await policy.setWeights(new Map([...policy.parameters.keys()].map((key) => [key, opened.read(key)])))
    const sequences = golden.sequences.map((ids) => ({ ids, audios: [] }))
    const tokens = sequences.map(({ ids }, sequence) => ({ sequence, position: ids.length }))
    const rewards = await policy.scalars({ audios: [], sequences }, { tokens })
    expectClose(rewards, golden.rewards[name], 1e-5, 'reward')
  })
})

describe('a head beside an audio-language model', () => {
  it('has, with all that lies under it, the gradient that differences measure', async () => {
    const config = { ...tinyConfig, head: { kind: 'reward', layers: 2 } as const }
    const policy = new Policy({ config, engine: engine(), audioId: AUDIO_ID, padId: 0 })
    await policy.initialise(2)
    await policy.resetOptimiser()
    const batch = tinyBatch()
    const tokens = batch.sequences.map(({ ids }, sequence) => ({ sequence, position: ids.length }))
    const weight = [0.5, -0.3, 0.8]
    const targets = { tokens, values: { weight } }
    const { logProbs } = await policy.gradients(batch, targets, squares)
    expect(logProbs).toHaveLength(0) // such a model predicts no word
    const start = await policy.weights()
    const random = sfc32(3)
    for (const name of [
      'score.0.weight',
      'score.0.bias',
      'score.2.weight',
      'score.2.bias',
      'audio_tower.conv1.weight',
    ]) {
      const [gradient] = await policy.engine.read([`grad/${name}`])
      const g = gradient!.data as Float32Array
      const norm = Math.sqrt(g.reduce((total, value) => total + value * value, 0))
      expect(norm, name).toBeGreaterThan(0)
      const direction = Float32Array.from(g, (value) => value / norm + 0.01 * (random() - 0.5))
      const step = 4e-4 // a longer one crosses the kinks of the ReLU
      const moved = async (sign: number) => {
        const w = start.get(name)!.map((value, i) => value + sign * step * direction[i]!)
        await policy.setWeights(new Map([...start, [name, w]]))
        const said = await policy.scalars(batch, targets)
        return said.reduce((total, value, i) => total + value * value * weight[i]!, 0)
      }
      const numeric = ((await moved(1)) - (await moved(-1))) / (2 * step)
      const exact = g.reduce((total, value, i) => total + value * direction[i]!, 0)
      expect(Math.abs(numeric - exact) / Math.abs(exact), name).toBeLessThan(2e-2)
    }
  })

  it('of values shares the arrays of a policy in the same engine, which predicts as before', async () => {
    const shared = engine()
    const plain = new Policy({ config: tinyConfig, engine: shared, audioId: AUDIO_ID, padId: 0 })
    await plain.initialise(2)
    const config = { ...tinyConfig, head: { kind: 'value', layers: 2 } as const }
    const valued = new Policy({ config, engine: shared, audioId: AUDIO_ID, padId: 0 })
    await valued.setSome(firstHead(valued.parameters, 1))
    const batch = tinyBatch()
    const targets = { tokens: [{ sequence: 0, position: 5 }] }
    expect(await valued.logProbs(batch, targets)).toEqual(await plain.logProbs(batch, targets))
    expect([...(await valued.scalars(batch, targets))]).toEqual([0]) // a value begins at 0
    expect([...valued.parameters.keys()].filter((name) => !plain.parameters.has(name))).toEqual([
      'v_head.0.weight',
      'v_head.0.bias',
      'v_head.2.weight',
      'v_head.2.bias',
    ])
  })
})

describe('config.json of a reward model', () => {
  it('names the architecture as transformers would, and is read back', () => {
    const audio = { ...tinyConfig, head: { kind: 'reward', layers: 2 } as const }
    expect(toConfigJson(audio, AUDIO_ID)).toMatchObject({ architectures: ['Qwen2AudioForRewardModel'] })
    expect(fromConfigJson(toConfigJson(audio, AUDIO_ID), 'x').config).toMatchObject(audio)
    const text = { audio: null, language: tinyConfig.language, head: { kind: 'reward', layers: 1 } as const }
    expect(toConfigJson(text, -1)).toMatchObject({ architectures: ['Qwen2ForSequenceClassification'], num_labels: 1 })
    expect(fromConfigJson(toConfigJson(text, -1), 'x').config).toMatchObject(text)
  })

  it('is refused where the head sorts into several labels', () => {
    const json = { ...toConfigJson({ audio: null, language: tinyConfig.language }, -1), num_labels: 3 }
    const several = { ...json, architectures: ['Qwen2ForSequenceClassification'] }
    expect(() => fromConfigJson(several, 'c.json')).toThrow(ConfigError)
    expect(() => fromConfigJson(several, 'c.json')).toThrow('of 3 labels. A reward model has one')
  })
})
