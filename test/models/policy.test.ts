import { performance } from 'node:perf_hooks' // the DOM's type lacks eventLoopUtilization
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, Policy } from '../../models/index.ts'
import { sfc32 } from '../../models/random.ts'
import { AUDIO_ID, lastTokens, likelihood, STOP_ID, tinyBatch, tinyPolicy } from './tinyPolicy.ts'

let engine: Engine
let policy: Policy
beforeAll(async () => {
  ;({ engine, policy } = await tinyPolicy())
  await policy.resetOptimiser()
})
afterAll(() => engine.close())

const batch = tinyBatch()
const tokens = lastTokens(batch, 4)
const weight = Float32Array.from(tokens, (_, i) => 0.1 + 0.05 * i)
const targets = { tokens, values: { weight } }

describe('gradients of the whole audio-language model', () => {
  it('agree with central differences for a weight of every kind', async () => {
    const { metrics } = await policy.gradients(batch, targets, likelihood)
    const start = await policy.weights()
    const random = sfc32(3)
    for (const name of [
      'audio_tower.conv1.weight',
      'audio_tower.conv2.weight',
      'audio_tower.layers.0.self_attn.k_proj.weight',
      'audio_tower.layers.0.fc1.bias',
      'audio_tower.layer_norm.weight',
      'multi_modal_projector.linear.weight',
      'language_model.model.embed_tokens.weight',
      'language_model.model.layers.0.self_attn.q_proj.bias',
      'language_model.model.layers.1.self_attn.v_proj.weight',
      'language_model.model.layers.1.mlp.gate_proj.weight',
      'language_model.model.norm.weight',
    ]) {
      const [gradient] = await engine.read([`grad/${name}`])
      const g = gradient!.data as Float32Array
      // Along its own gradient, so that the change stands well above 32-bit noise.
      const norm = Math.sqrt(g.reduce((total, value) => total + value * value, 0))
      const direction = Float32Array.from(g, (value) => value / norm + 0.01 * (random() - 0.5))
      const step = 2e-3
      const moved = async (sign: number) => {
        const w = start.get(name)!.map((value, i) => value + sign * step * direction[i]!)
        await policy.setWeights(new Map([...start, [name, w]]))
        const logProbs = await policy.logProbs(batch, targets)
        return -logProbs.reduce((total, value, i) => total + value * weight[i]!, 0)
      }
      const numeric = ((await moved(1)) - (await moved(-1))) / (2 * step)
      const exact = g.reduce((total, value, i) => total + value * direction[i]!, 0)
      expect(Math.abs(numeric - exact) / Math.abs(exact), name).toBeLessThan(1e-2)
    }
    await policy.setWeights(start)
    const again = await policy.gradients(batch, targets, likelihood)
    expect(again.metrics.loss).toBe(metrics.loss)
  })

  it('are 0 where a batch does not reach, whatever the step before left there', async () => {
    await policy.gradients(batch, targets, likelihood)
    const silent = { audios: [], sequences: [{ ids: [1, 2, 5, 9], audios: [] }] }
    await policy.gradients(silent, { tokens: [{ sequence: 0, position: 3 }], values: { weight: [1] } }, likelihood)
    const [heard, read] = await engine.read(['grad/audio_tower.conv1.weight', 'grad/language_model.model.norm.weight'])
    expect((heard!.data as Float32Array).every((g) => g === 0)).toBe(true)
    expect((read!.data as Float32Array).some((g) => g !== 0)).toBe(true)
  })

  it('add up over micro-batches to those of the whole batch', async () => {
    await policy.gradients(batch, targets, likelihood)
    const whole = await gradients()
    for (const [i, sequence] of batch.sequences.entries()) {
      const own = tokens.flatMap((token, t) => (token.sequence === i ? [{ token, weight: weight[t]! }] : []))
      await policy.gradients(
        { audios: batch.audios, sequences: [sequence] },
        {
          tokens: own.map(({ token }) => ({ sequence: 0, position: token.position })),
          values: { weight: own.map((entry) => entry.weight) },
        },
        likelihood,
        { accumulate: i > 0 },
      )
    }
    const summed = await gradients()
    for (const [name, expected] of whole) {
      const scale = Math.max(1e-3, ...expected.map(Math.abs))
      const worst = Math.max(...expected.map((value, i) => Math.abs(value - summed.get(name)![i]!)))
      expect(worst / scale, name).toBeLessThan(1e-3)
    }
  })

  const gradients = async () => {
    const names = [...policy.parameters.keys()]
    const values = await engine.read(names.map((name) => `grad/${name}`))
    return new Map(names.map((name, i) => [name, Array.from(values[i]!.data as Float32Array)]))
  }
})

describe('sampling', () => {
  const prompts = { audios: batch.audios, sequences: batch.sequences }
  const rows = [0, 2, 1, 1, 0].map((prompt, i) => ({ prompt, seed: 10 + i }))

  it('reports the log-probabilities that the trainer computes, within 1e-4', async () => {
    const answers = await policy.generate({ batch: prompts, rows, maxNewTokens: 30, stopIds: [STOP_ID] })
    const sequences = answers.map(({ completionIds }, i) => {
      const { ids, audios } = batch.sequences[rows[i]!.prompt]!
      return { ids: [...ids, ...completionIds], audios }
    })
    const sampled = answers.flatMap(({ completionIds }, sequence) =>
      completionIds.map((_, i) => ({ sequence, position: sequences[sequence]!.ids.length - completionIds.length + i })),
    )
    const trainer = await policy.logProbs({ audios: batch.audios, sequences }, { tokens: sampled })
    const sampler = answers.flatMap(({ logProbs }) => logProbs)
    expect(sampler.length).toBeGreaterThan(20)
    expect(Math.max(...sampler.map((value, i) => Math.abs(value - trainer[i]!)))).toBeLessThan(1e-4)
  })

  it('gives a row the same answer whatever shares its batch', async () => {
    const together = await policy.generate({ batch: prompts, rows, maxNewTokens: 12, stopIds: [STOP_ID] })
    for (const [i, row] of rows.entries()) {
      const [alone] = await policy.generate({ batch: prompts, rows: [row], maxNewTokens: 12, stopIds: [STOP_ID] })
      expect(alone!.completionIds).toEqual(together[i]!.completionIds)
    }
  })

  it('never draws the audio placeholder and stops at a stop token', async () => {
    const many = Array.from({ length: 64 }, (_, i) => ({ prompt: i % 3, seed: i }))
    const answers = await policy.generate({ batch: prompts, rows: many, maxNewTokens: 40, stopIds: [STOP_ID] })
    for (const { completionIds, finishReason } of answers) {
      expect(completionIds).not.toContain(AUDIO_ID)
      expect(completionIds.slice(0, -1)).not.toContain(STOP_ID)
      expect(finishReason).toBe(completionIds.at(-1) === STOP_ID ? 'stop' : 'length')
      if (finishReason === 'length') expect(completionIds).toHaveLength(40)
    }
    expect(new Set(answers.map(({ finishReason }) => finishReason)).size).toBe(2)
  })

  it('hears the clip: another clip of the same length changes the distribution', async () => {
    const silent = { ...batch, audios: batch.audios.map((audio) => ({ ...audio, data: audio.data.map(() => -1.5) })) }
    const heard = await policy.logProbs(batch, { tokens })
    const deaf = await policy.logProbs(silent, { tokens })
    expect(Math.max(...heard.map((value, i) => Math.abs(value - deaf[i]!)))).toBeGreaterThan(1e-3)
  })
})

describe('training', () => {
  it('keeps memory flat and the event loop free over 500 steps', async () => {
    const start = await policy.weights()
    const step = async (n: number) => {
      await policy.gradients(batch, targets, likelihood)
      await policy.update({ step: n, learningRate: 1e-4 })
    }
    for (let n = 1; n <= 50; n++) await step(n)
    const before = await engine.memory()
    const idle = performance.eventLoopUtilization()
    for (let n = 51; n <= 550; n++) await step(n)
    const { utilization } = performance.eventLoopUtilization(idle)
    const after = await engine.memory()
    expect(after.graphs).toBe(before.graphs)
    expect(after.arrays).toBe(before.arrays)
    expect((after.rss - before.rss) / 2 ** 20, 'MiB grown').toBeLessThan(40)
    expect(utilization, 'share of the time the event loop was busy').toBeLessThan(0.7) // blocked, it is 1
    await policy.setWeights(start)
  })

  it('lowers the loss, and two runs from one seed end in equal bits', async () => {
    const run = async () => {
      await policy.initialise(7)
      await policy.resetOptimiser()
      const losses: number[] = []
      for (let step = 1; step <= 40; step++) {
        const { metrics } = await policy.gradients(batch, targets, likelihood)
        losses.push(metrics.loss!)
        await policy.update({ step, learningRate: 5e-3 })
      }
      return { losses, weights: await policy.weights() }
    }
    const first = await run()
    const second = await run()
    expect(first.losses.at(-1)!).toBeLessThan(0.3 * first.losses[0]!)
    expect(second.losses).toEqual(first.losses)
    for (const [name, values] of first.weights) expect(second.weights.get(name), name).toEqual(values)
  })
})
