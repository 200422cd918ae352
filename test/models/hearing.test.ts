import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, freshAdapter, Policy } from '../../models/index.ts'
import { AUDIO_ID, clip, lastTokens, likelihood, tinyBatch, tinyConfig, tinyPolicy } from './tinyPolicy.ts'

let engine: Engine
let policy: Policy
beforeAll(async () => {
  ;({ engine, policy } = await tinyPolicy())
}, 120_000)
afterAll(() => engine.close())

const batch = tinyBatch()
const tokens = lastTokens(batch, 4)
const targets = { tokens, values: { weight: Float32Array.from(tokens, (_, i) => 0.1 + 0.05 * i) } }

async function gradients(of: Policy, asked = batch) {
  await of.resetOptimiser()
  const { metrics, logProbs } = await of.gradients(asked, targets, likelihood, { seed: 3 })
  const names = [...of.trainable.keys()].filter((name) => !name.startsWith('audio_tower'))
  const values = await engine.read(names.map((name) => `grad/${name}`))
  return { loss: metrics.loss!, logProbs, byName: new Map(names.map((name, i) => [name, values[i]!.data])) }
}

const farthest = (a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>) =>
  Math.max(...Array.from(a, (x, i) => Math.abs(Number(x) - Number(b[i]!))))

/** Makes the encoder another one behind the policy's back: what it still knows of a clip is from before. */
async function spoilEncoder() {
  const name = 'audio_tower.layer_norm.bias'
  await engine.write(name, { dtype: 'float32', shape: [16], data: new Float32Array(16).fill(2) })
}

describe('an encoder that does not train', () => {
  it('gives the losses and gradients that it gives when it is run in every step', async () => {
    await policy.freeze([])
    const run = await gradients(policy)
    await policy.freeze(['encoder'])
    const kept = await gradients(policy)
    expect(Math.abs(kept.loss - run.loss)).toBeLessThan(1e-5)
    expect(farthest(kept.logProbs, run.logProbs)).toBeLessThan(1e-5)
    expect(kept.byName.size).toBeGreaterThan(10)
    for (const [name, values] of kept.byName) expect(farthest(values, run.byName.get(name)!), name).toBeLessThan(1e-4)
  })

  it('gives them in rows that hold several sequences, and where a clip is too short for a token', async () => {
    const short = { ...batch, audios: [batch.audios[0]!, clip(2, 1)] }
    const spoken = {
      ...short,
      sequences: batch.sequences.map(({ ids }) => ({ ids: ids.filter((id) => id !== AUDIO_ID), audios: [] })),
    }
    const silent = { ...spoken, sequences: [{ ids: [1, 6, 8, 9, 10, 11], audios: [1] }, ...spoken.sequences.slice(1)] }
    const packed = { ...batch, packing: { rows: [[0, 1, 2]], length: 48 } }
    for (const asked of [packed, silent]) {
      await policy.freeze([])
      const run = await gradients(policy, asked)
      await policy.freeze(['encoder'])
      expect(farthest((await gradients(policy, asked)).logProbs, run.logProbs)).toBeLessThan(1e-5)
    }
  })

  it('is run once for a clip, and again after its weights were set or a stage has begun', async () => {
    await policy.freeze(['encoder'])
    const before = (await gradients(policy)).loss
    await spoilEncoder()
    expect((await gradients(policy)).loss).toBe(before)
    expect(farthest(await policy.logProbs(batch, targets), (await gradients(policy)).logProbs)).toBeLessThan(1e-5)
    const anew = { ...batch, audios: batch.audios.map((one) => ({ ...one })) }
    expect((await gradients(policy, anew)).loss).not.toBe(before)
    await policy.freeze(['encoder'])
    expect((await gradients(policy)).loss).not.toBe(before)
    await policy.initialise(1)
    expect((await gradients(policy)).loss).toBe(before)
  })

  it('is run in every step while it trains, or while dropout hides some of its inputs', async () => {
    await policy.freeze([])
    await policy.initialise(1)
    const before = (await gradients(policy)).loss
    await spoilEncoder()
    expect((await gradients(policy)).loss).not.toBe(before)
    const lora = { rank: 2, alpha: 4, rsLora: false, dropout: 0.5, targets: ['*'], trainWhole: [] }
    const adapter = freshAdapter({ ...lora, towers: ['encoder', 'decoder'] }, tinyConfig)
    const beside = new Policy({ config: tinyConfig, engine, audioId: AUDIO_ID, padId: 0, adapter })
    await beside.initialise(1)
    await beside.freeze(['encoder'])
    await beside.resetOptimiser()
    const drawn = async (seed: number) => (await beside.gradients(batch, targets, likelihood, { seed })).metrics.loss
    expect(await drawn(1)).toBe(await drawn(1))
    expect(await drawn(2)).not.toBe(await drawn(1))
  })
})
