import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tensorOfKey } from '../../../models/adapters/peftNames.ts'
import { type Engine, readAdapter, startEngine } from '../../../models/index.ts'
import { expectClose } from '../closeTo.ts'
import { weightedNegative } from '../weightedNegative.ts'
import { peftGolden, policyOf } from './peftGolden.ts'

// An engine's graphs are those of one adapter.
let [engine, other] = [] as unknown as [Engine, Engine]
beforeEach(() => {
  ;[engine, other] = [startEngine(), startEngine()]
})
afterEach(() => Promise.all([engine.close(), other.close()]))

describe.each(['language', 'speech'] as const)('an adapter that PEFT saved (%s)', (name) => {
  const golden = peftGolden(name)

  it('gives every token the log-probability that transformers gives it', async () => {
    const policy = await policyOf(golden, golden.base, engine, golden.adapter)
    const found = await policy.logProbs(golden.batch, golden)
    expectClose(found, golden.logProbs, 1e-4, 'log-probability')
    const bare = await (await policyOf(golden, golden.base, other)).logProbs(golden.batch, golden)
    expect(Math.max(...bare.map((value, i) => Math.abs(value - found[i]!)))).toBeGreaterThan(0.1)
  })

  it('has torch’s gradients, of updates and of what trains whole', async () => {
    const policy = await policyOf(golden, golden.base, engine, golden.adapter)
    await policy.resetOptimiser()
    const weight = new Float32Array(golden.tokens.length).fill(1 / golden.tokens.length)
    await policy.gradients(golden.batch, { tokens: golden.tokens, values: { weight } }, weightedNegative)
    const keys = [...golden.expected.tensors.keys()].filter((key) => key.startsWith('grad/'))
    const names = keys.map((key) => tensorOfKey(key.slice('grad/'.length), golden.config))
    expect([...names].sort()).toEqual([...policy.trainable.keys()].sort())
    const found = await engine.read(names.map((key) => `grad/${key}`))
    for (const [i, key] of keys.entries()) {
      const expected = golden.expected.read(key)
      const largest = Math.max(...expected.map(Math.abs))
      expectClose(
        (found[i]!.data as Float32Array).map((g) => g / largest),
        expected.map((g) => g / largest),
        1e-3,
        key,
      )
    }
  })
})

describe('what PEFT’s config says', () => {
  it('decides rank and alpha of every linear, patterns first', () => {
    const { adapter } = readAdapter(peftGolden('language').adapter, peftGolden('language').config)
    expect(adapter.linears.size).toBe(14)
    expect(adapter.linears.get('model.layers.0.self_attn.q_proj')).toEqual({ rank: 4, alpha: 8 })
    expect(adapter.linears.get('model.layers.1.self_attn.q_proj')).toEqual({ rank: 4, alpha: 20 })
    expect(adapter.linears.get('model.layers.0.mlp.down_proj')).toEqual({ rank: 2, alpha: 3 })
    expect(adapter).toMatchObject({ rsLora: false, dropout: 0, trainFully: [] })
  })

  it('names towers as the running model does, which checkpoints call otherwise', () => {
    const { adapter } = readAdapter(peftGolden('speech').adapter, peftGolden('speech').config)
    expect(adapter).toMatchObject({ rsLora: true, dropout: 0.05, trainFully: ['multi_modal_projector'] })
    expect(adapter.linears.get('language_model.model.layers.1.mlp.down_proj')).toEqual({ rank: 3, alpha: 6 })
    expect(adapter.linears.get('audio_tower.layers.0.fc1')).toEqual({ rank: 3, alpha: 6 })
  })
})
