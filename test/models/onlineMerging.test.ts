import { describe, expect, it } from 'vitest'
import { input } from '../../models/graph/index.ts'
import { noiseOf, type Optimiser, optimiserStep, optimisers } from '../../models/optimisers/index.ts'
import { sfc32 } from '../../models/random.ts'
import { expectClose } from './closeTo.ts'
import { evaluate } from './graph/differences.ts'

const random = sfc32(4)
const numbers = (n: number) => Array.from({ length: n }, () => 2 * random() - 1)

/** One step from moments of 0; what a step of AdamW moves stands beside what the optimiser makes of it. */
async function step(kind: 'on-dare' | 'on-ties', shape: number[], weight: number, keep: number, given: object = {}) {
  const n = shape.reduce((a, b) => a * b, 1)
  const parameters = new Map([['w', input('w', shape)]])
  const optimiser: Optimiser = optimisers[kind]
  const noise = noiseOf(optimiser, parameters)
  const draw = sfc32(9)
  const feeds = {
    w: numbers(n),
    'grad/w': numbers(n),
    'adam_m/w': numbers(n).map((x) => 0.1 * x),
    'adam_v/w': numbers(n).map((x) => 0.01 * Math.abs(x) + 1e-3),
    'tau/w': numbers(n),
    learning_rate: [0.1],
    weight_decay: [0.01],
    max_grad_norm: [100],
    grad_scale: [1],
    correction1: [1],
    correction2: [1],
    ...given,
  }
  const plain = await evaluate(optimiserStep(optimisers.adamw, parameters).outputs, feeds)
  const { outputs, into } = optimiserStep(optimiser, parameters)
  const merged = await evaluate(outputs, {
    ...feeds,
    merge_weight: [weight],
    keep: [keep],
    ...(noise.length > 0 && { noise: Array.from({ length: noise.length }, () => draw()) }),
  })
  expect(Object.values(into)).not.toContain('tau/w') // it is read and never written
  expectClose(merged['new/adam_m/w']!, plain['new/adam_m/w']!, 0, 'the moments are AdamW’s')
  const delta = plain['new/w']!.map((x, i) => x - feeds.w[i]!)
  const moved = merged['new/w']!.map((x, i) => x - feeds.w[i]!)
  return { delta, moved, tau: feeds['tau/w'] }
}

describe('online merging', () => {
  it.each(['on-dare', 'on-ties'] as const)('%s of weight 0 that keeps all is AdamW', async (kind) => {
    const { delta, moved } = await step(kind, [5, 7], 0, 1)
    expectClose(moved, delta, 1e-6)
  })

  it('on-dare that keeps all adds up the two ways by weight', async () => {
    const { delta, moved, tau } = await step('on-dare', [4, 3, 2], 0.25, 1)
    expectClose(
      moved,
      delta.map((d, i) => 0.75 * d + 0.25 * tau[i]!),
      1e-6,
    )
  })

  it('on-dare keeps coordinates of either way with its probability, and does not make up for the others', async () => {
    const { delta, moved, tau } = await step('on-dare', [60, 50], 0.25, 0.3)
    const shares = { delta: 0, tau: 0, both: 0 }
    for (const [i, m] of moved.entries()) {
      const [d, t] = [0.75 * delta[i]!, 0.25 * tau[i]!]
      const [nearest] = [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ]
        .map(([a, b]) => ({ a: a!, b: b!, off: Math.abs(m - a! * d - b! * t) }))
        .sort((x, y) => x.off - y.off)
      expect(nearest!.off).toBeLessThan(1e-5)
      shares.delta += nearest!.a / moved.length
      shares.tau += nearest!.b / moved.length
      shares.both += (nearest!.a * nearest!.b) / moved.length
    }
    expect(Math.abs(shares.delta - 0.3)).toBeLessThan(0.06)
    expect(Math.abs(shares.tau - 0.3)).toBeLessThan(0.06)
    expect(Math.abs(shares.both - 0.09)).toBeLessThan(0.05)
  })

  it('on-ties keeps the largest steps, and the larger where signs differ', async () => {
    // With moments of 0 and no gradient a step of AdamW is its decay alone: −lr·λ·θ = −0.001·θ.
    const still = {
      'grad/w': [0, 0, 0, 0],
      'adam_m/w': [0, 0, 0, 0],
      w: [-1000, 4000, -3000, -2000],
      'tau/w': [-2, 3, 1, 0],
    }
    const { delta, moved } = await step('on-ties', [2, 2], 0.5, 0.75, still)
    expectClose(delta, [1, -4, 3, 2], 1e-3)
    // The smallest step, 1, is dropped. −4 and 3 disagree: −4 is larger, so τ is dropped there.
    expectClose(moved, [-1, -2, 1.5 + 0.5, 1], 1e-3)
  })
})
