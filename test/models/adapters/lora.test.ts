import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Adapter,
  type Engine,
  linearsOf,
  Policy,
  readAdapter,
  startEngine,
  writeAdapter,
} from '../../../models/index.ts'
import { AUDIO_ID, lastTokens, likelihood, STOP_ID, tinyBatch, tinyConfig } from '../tinyPolicy.ts'

const linears = new Map([...linearsOf(tinyConfig).keys()].map((name, i) => [name, { rank: 2 + (i % 2), alpha: 6 }]))
const adapter: Adapter = { linears, rsLora: true, dropout: 0, trainFully: [] }
const batch = tinyBatch()
const tokens = lastTokens(batch, 4)
const weight = Float32Array.from(tokens, (_, i) => 0.1 + 0.05 * i)
const targets = { tokens, values: { weight } }

/** The tiny model with an adapter whose updates are not 0. */
async function adapted(engine: Engine, options: Partial<Adapter> = {}): Promise<Policy> {
  const policy = new Policy({
    config: tinyConfig,
    engine,
    audioId: AUDIO_ID,
    padId: 0,
    adapter: { ...adapter, ...options },
  })
  await policy.initialise(1)
  await policy.initialiseAdapter(2)
  const weights = await policy.adapterWeights()
  for (const [name, data] of weights) {
    if (name.endsWith('lora_B.weight')) for (const i of data.keys()) data[i] = 0.1 * Math.sin(i + name.length)
  }
  await policy.setAdapterWeights(weights)
  return policy
}

let engine: Engine
let policy: Policy
beforeAll(async () => {
  engine = startEngine()
  policy = await adapted(engine)
  await policy.resetOptimiser()
})
afterAll(() => engine.close())

describe('an adapter', () => {
  it('has gradients that agree with central differences, in every tower', async () => {
    await policy.gradients(batch, targets, likelihood)
    const start = await policy.adapterWeights()
    for (const name of [
      'audio_tower.layers.0.self_attn.k_proj.lora_A.weight',
      'audio_tower.layers.0.fc2.lora_B.weight',
      'multi_modal_projector.linear.lora_A.weight',
      'language_model.model.layers.0.self_attn.q_proj.lora_A.weight',
      'language_model.model.layers.1.mlp.down_proj.lora_B.weight',
    ]) {
      const [gradient] = await engine.read([`grad/${name}`])
      const g = gradient!.data as Float32Array
      const norm = Math.sqrt(g.reduce((total, value) => total + value * value, 0))
      const step = 5e-3
      const moved = async (sign: number) => {
        await policy.setAdapterWeights(
          new Map([[name, start.get(name)!.map((v, i) => v + (sign * step * g[i]!) / norm)]]),
        )
        const logProbs = await policy.logProbs(batch, targets)
        return -logProbs.reduce((total, value, i) => total + value * weight[i]!, 0)
      }
      const numeric = ((await moved(1)) - (await moved(-1))) / (2 * step)
      await policy.setAdapterWeights(start)
      expect(Math.abs(numeric - norm) / norm, name).toBeLessThan(1e-2)
    }
  })

  it('trains alone: the base keeps its bits, and only the adapter has gradients and moments', async () => {
    const before = await policy.weights()
    await policy.gradients(batch, targets, likelihood)
    await policy.update({ step: 1, learningRate: 1e-2 })
    const after = await policy.weights()
    for (const [name, data] of after) {
      if (name.includes('lora_')) expect(data, name).not.toEqual(before.get(name))
      else expect(data, name).toEqual(before.get(name))
    }
    const state = [...(await policy.optimiserState()).keys()]
    expect(state).toHaveLength(4 * linears.size)
    expect(state.every((name) => name.includes('lora_'))).toBe(true)
    await expect(engine.read(['grad/language_model.model.norm.weight'])).rejects.toThrow('no resident array')
    await policy.setWeights(before)
  })

  it('samples with the probabilities it trains with', async () => {
    const rows = batch.sequences.map((_, prompt) => ({ prompt, seed: prompt }))
    const answers = await policy.generate({ batch, rows, maxNewTokens: 6, stopIds: [STOP_ID] })
    const sequences = batch.sequences.map(({ ids, audios }, i) => ({
      ids: [...ids, ...answers[i]!.completionIds],
      audios,
    }))
    const sampled = sequences.flatMap(({ ids }, sequence) =>
      answers[sequence]!.completionIds.map((_, i) => ({
        sequence,
        position: ids.length - answers[sequence]!.completionIds.length + i,
      })),
    )
    const logProbs = await policy.logProbs({ audios: batch.audios, sequences }, { tokens: sampled })
    const told = answers.flatMap((row) => [...row.logProbs])
    for (const [i, value] of told.entries()) expect(Math.abs(value - logProbs[i]!)).toBeLessThan(1e-4)
  })

  it('reads back what it wrote, ranks that differ and towers that train whole too', async () => {
    const own: Adapter = { ...adapter, dropout: 0.1, trainFully: ['multi_modal_projector'] }
    const written = new Map([...linears].filter(([name]) => !name.startsWith('multi_modal')))
    const whole = await adapted(engine, { ...own, linears: written })
    const folder = mkdtempSync(path.join(tmpdir(), 'adapter-'))
    const weights = await whole.adapterWeights()
    writeAdapter(folder, {
      adapter: whole.adapter!,
      weights,
      shapes: whole.parameters,
      config: tinyConfig,
      base: 'models/base',
    })
    const read = readAdapter(folder, tinyConfig)
    expect(read.adapter).toEqual(whole.adapter)
    expect(new Map([...read.weights].sort())).toEqual(new Map([...weights].sort()))
    const wider = { ...tinyConfig, language: { ...tinyConfig.language, ffn: 48 } }
    expect(() => readAdapter(folder, wider)).toThrow(/adapter_model\.safetensors.*mlp.*The base asks for \[/)
  })
})

describe('dropout of an adapter', () => {
  it('follows from its seed, and is absent from probabilities', async () => {
    const [own, other] = [startEngine(), startEngine()] // an engine's graphs are those of one adapter
    try {
      const dropping = await adapted(own, { dropout: 0.5 })
      await dropping.resetOptimiser()
      const lossOf = async (seed: number) =>
        (await dropping.gradients(batch, targets, likelihood, { seed })).metrics.loss
      const first = await lossOf(1)
      expect(await lossOf(2)).not.toBe(first)
      expect(await lossOf(1)).toBe(first)
      const withoutDropout = await adapted(other)
      expect(await dropping.logProbs(batch, targets)).toEqual(await withoutDropout.logProbs(batch, targets))
    } finally {
      await own.close()
      await other.close()
    }
  })
})

describe('a frozen tower', () => {
  it('keeps its bits while the others train', async () => {
    const frozen = new Policy({ config: tinyConfig, engine, audioId: AUDIO_ID, padId: 0 })
    await frozen.initialise(1)
    await frozen.freeze(['encoder', 'decoder'])
    expect([...frozen.trainable.keys()]).toEqual([
      'multi_modal_projector.linear.weight',
      'multi_modal_projector.linear.bias',
    ])
    await frozen.resetOptimiser()
    const before = await frozen.weights()
    await frozen.gradients(batch, targets, likelihood)
    await frozen.update({ step: 1, learningRate: 1e-2 })
    const changed = [...(await frozen.weights())].filter(([name, data]) =>
      data.some((v, i) => v !== before.get(name)![i]),
    )
    expect(changed.map(([name]) => name)).toEqual([...frozen.trainable.keys()])
  })
})
