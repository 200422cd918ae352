import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Adapter,
  belongsTo,
  type Engine,
  linearsOf,
  Policy,
  type SharedBase,
  sharedBase,
  startEngine,
} from '../../../models/index.ts'
import { AUDIO_ID, lastTokens, likelihood, STOP_ID, tinyBatch, tinyConfig } from '../tinyPolicy.ts'

const batch = tinyBatch()
const tokens = lastTokens(batch, 4)
const targets = { tokens, values: { weight: Float32Array.from(tokens, () => 1 / tokens.length) } }
const all = [...linearsOf(tinyConfig).keys()]

/** Two adapters that name the same tensors, of other ranks and on other linears; the second trains the projector whole. */
const adapters: readonly Adapter[] = [
  { linears: new Map(all.map((name) => [name, { rank: 2, alpha: 6 }])), rsLora: false, dropout: 0, trainFully: [] },
  {
    linears: new Map(all.filter((name) => /[qv]_proj/.test(name)).map((name) => [name, { rank: 4, alpha: 3 }])),
    rsLora: true,
    dropout: 0,
    trainFully: ['multi_modal_projector'],
  },
]

/** A policy with the weights of `base` and, with an adapter, updates of them that are not 0. */
async function opened(engine: Engine, adapter?: Adapter): Promise<Policy> {
  const policy = new Policy({ config: tinyConfig, engine, audioId: AUDIO_ID, padId: 0, ...(adapter && { adapter }) })
  const own = [...policy.parameters].filter(([name]) => adapter && belongsTo(name, adapter))
  const updates = own.map(([name, shape]): [string, Float32Array] => {
    const size = shape.reduce((product, n) => product * n, 1)
    return [name, Float32Array.from({ length: size }, (_, i) => 0.1 * Math.sin(i + name.length))]
  })
  await policy.setWeights(new Map([...base, ...updates]))
  return policy
}

const viewOf = (share: SharedBase, adapter?: Adapter) =>
  share.view((name) => base.has(name) && !(adapter && belongsTo(name, adapter)))

async function saidBy(policy: Policy) {
  const rows = [0, 1, 2].map((prompt) => ({ prompt, seed: 7 + prompt }))
  const answers = await policy.generate({ batch, rows, maxNewTokens: 6, stopIds: [STOP_ID] })
  return { logProbs: await policy.logProbs(batch, targets), answers }
}

const engines: Engine[] = []
const started = () => {
  engines.push(startEngine({ threads: 1 }))
  return engines.at(-1)!
}
let engine: Engine
let share: SharedBase
let base: ReadonlyMap<string, Float32Array>
let together: Policy[]
beforeAll(async () => {
  const policy = new Policy({ config: tinyConfig, engine: started(), audioId: AUDIO_ID, padId: 0 })
  await policy.initialise(1)
  base = await policy.weights()
  engine = started()
  share = sharedBase(engine)
  together = []
  for (const adapter of [undefined, ...adapters]) together.push(await opened(viewOf(share, adapter), adapter))
})
afterAll(() => Promise.all(engines.map((one) => one.close())))

describe('an engine that holds one base for several policies', () => {
  it('gives each the probabilities and answers that it has in an engine of its own', async () => {
    const found = []
    for (const [i, adapter] of [undefined, ...adapters].entries()) {
      const said = await saidBy(together[i]!)
      expect(said).toEqual(await saidBy(await opened(started(), adapter)))
      found.push(said.logProbs.join())
    }
    expect(new Set(found).size).toBe(3)
  })

  it('holds the base once', async () => {
    const numbers = (policy: Policy, own: (name: string) => boolean) =>
      [...policy.parameters].reduce((sum, [name, shape]) => sum + (own(name) ? shape.reduce((a, b) => a * b, 1) : 0), 0)
    const [plain, ...others] = together
    const beside = others.map((policy) => numbers(policy, (name) => belongsTo(name, policy.adapter!)))
    const { arrays } = await engine.memory()
    expect(arrays).toBe(4 * (numbers(plain!, () => true) + beside.reduce((a, b) => a + b)))
    expect(share.holds('language_model.model.norm.weight')).toBe(true)
    expect(share.holds(all.map((module) => `${module}.lora_A.weight`)[0]!)).toBe(false)
  })

  it('trains one adapter and leaves base and other adapter as they are', async () => {
    const [plain, first, second] = together as [Policy, Policy, Policy]
    const before = [await saidBy(plain), await saidBy(second)]
    const started = await first.logProbs(batch, targets)
    await first.snapshot('ref/')
    await first.resetOptimiser()
    await first.gradients(batch, targets, likelihood)
    await first.update({ step: 1, learningRate: 0.01 })
    expect(await first.logProbs(batch, targets)).not.toEqual(started)
    expect(await first.logProbs(batch, targets, { prefix: 'ref/' })).toEqual(started)
    expect([await saidBy(plain), await saidBy(second)]).toEqual(before)
  })
})
