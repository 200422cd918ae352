import { describe, expect, it } from 'vitest'
import { type GrpoLossOptions, grpoLoss } from '../../../../src/update/losses/grpo.ts'
import { expectClose } from '../../../models/closeTo.ts'
import { type GrpoCase, golden, type LossInput, onLogits, slopeAlong } from './onLogits.ts'

const plain: GrpoLossOptions = { clipLow: 0.2, clipHigh: 0.2, dualClip: null, kl: 0, entropy: 0, onPolicy: false }

const optionsOf = ({ options: { low, high, dual, kl, entropy, on_policy } }: GrpoCase): GrpoLossOptions => ({
  clipLow: low,
  clipHigh: high,
  dualClip: dual,
  kl,
  entropy,
  onPolicy: on_policy,
})

/** What the loss of a case reads, and nothing that it does not. */
function inputOf({ weight, options }: GrpoCase): LossInput {
  const { logits, vocab, targets, advantage, oldLogProbs, refLogProbs } = golden
  const values = {
    weight,
    advantage,
    ...(options.on_policy ? {} : { old_log_probs: oldLogProbs }),
    ...(options.kl > 0 ? { ref_log_probs: refLogProbs } : {}),
  }
  return { logits, vocab, targets, values }
}

/** One token over two words with log-probability ln ½, whose ratio and distance to the reference are given. */
function oneToken(options: Partial<GrpoLossOptions>, at: { ratio?: number; d?: number; advantage: number }) {
  const logProb = Math.log(0.5)
  const values: Record<string, number[]> = { weight: [1], advantage: [at.advantage] }
  if (!options.onPolicy) values.old_log_probs = [logProb - Math.log(at.ratio ?? 1)]
  if (options.kl) values.ref_log_probs = [logProb + (at.d ?? 0)]
  return onLogits(grpoLoss({ ...plain, ...options }), { logits: [0, 0], vocab: 2, targets: [0], values })
}

describe('the loss of GRPO', () => {
  it.each(golden.grpo.map((one) => [one.name, one] as const))(
    '%s: loss and gradient are those of torch',
    async (_, one) => {
      const found = await onLogits(grpoLoss(optionsOf(one)), inputOf(one))
      expectClose([found.loss], [one.loss], 1e-6, 'loss')
      expectClose(found.dLogits, one.dLogits, 2e-6, 'gradient')
      expectClose([found.metrics.ratio_mean!], [one.ratioMean], 1e-6, 'mean ratio')
    },
  )

  it.each(golden.grpo.filter(({ options }) => !options.on_policy).map((one) => [one.name, one] as const))(
    '%s: has the slope that differences measure',
    async (_, one) => {
      const objective = grpoLoss(optionsOf(one))
      const at = inputOf(one)
      const { dLogits } = await onLogits(objective, at)
      const direction = at.logits.map((_, i) => Math.sin(5 * i + 1))
      const exact = dLogits.reduce((total, g, i) => total + g * direction[i]!, 0)
      expectClose([await slopeAlong(objective, at, direction)], [exact], 5e-4, 'slope')
    },
  )

  it('on policy is the score function weighted by the advantage, with ratio 1 and nothing clipped', async () => {
    const at = inputOf(golden.grpo.find(({ options }) => options.on_policy)!)
    const { metrics, dLogits, loss } = await onLogits(grpoLoss({ ...plain, onPolicy: true }), at)
    const { logits, vocab, targets, advantage } = golden
    const score = logits.map((_, i) => {
      const row = Math.floor(i / vocab)
      const own = logits.slice(row * vocab, (row + 1) * vocab)
      const share = Math.exp(logits[i]!) / own.reduce((total, logit) => total + Math.exp(logit), 0)
      const isTarget = targets[row] === i % vocab ? 1 : 0
      return -at.values.weight![row]! * advantage[row]! * (isTarget - share) // −w·A·∂ log p / ∂ logit
    })
    expectClose(dLogits, score, 1e-6, 'gradient')
    expect(loss).toBeCloseTo(-advantage.reduce((total, a, i) => total + a * at.values.weight![i]!, 0), 6)
    expect(metrics.ratio_mean).toBeCloseTo(1, 6)
    expect(metrics['clip_ratio/low_mean']).toBe(0)
    expect(metrics['clip_ratio/high_mean']).toBe(0)
  })

  it.each([
    // ratio, advantage → loss, is there a gradient, which side is cut
    [1.1, 2, -2.2, true, null],
    [1.5, 2, -2.4, false, 'high'], // −min(3, 1.2·2)
    [1.5, -2, 3, true, null], // a worse answer that became likelier is pushed down all the way
    [0.5, 2, -1, true, null],
    [0.5, -2, 1.6, false, 'low'], // −min(−1, 0.8·−2)
  ])('at ratio %d and advantage %d is %d', async (ratio, advantage, loss, moves, side) => {
    const found = await oneToken({}, { ratio, advantage })
    expect(found.loss).toBeCloseTo(loss, 5)
    expect(found.dLogits.some((g) => g !== 0)).toBe(moves)
    expect(found.metrics['clip_ratio/low_mean']).toBe(side === 'low' ? 1 : 0)
    expect(found.metrics['clip_ratio/high_mean']).toBe(side === 'high' ? 1 : 0)
  })

  it('has its two clips apart', async () => {
    const found = await oneToken({ clipLow: 0.1, clipHigh: 0.4 }, { ratio: 2, advantage: 1 })
    expect(found.loss).toBeCloseTo(-1.4, 5)
    expect((await oneToken({ clipLow: 0.1, clipHigh: 0.4 }, { ratio: 0.5, advantage: -1 })).loss).toBeCloseTo(0.9, 5)
  })

  it('of a bad token is bounded by the dual clip, c·|A|, and learns nothing beyond', async () => {
    const free = await oneToken({}, { ratio: 5, advantage: -2 })
    expect(free.loss).toBeCloseTo(10, 4)
    const bounded = await oneToken({ dualClip: 3 }, { ratio: 5, advantage: -2 })
    expect(bounded.loss).toBeCloseTo(6, 5)
    expect(bounded.dLogits).toEqual([0, 0])
    expect((await oneToken({ dualClip: 3 }, { ratio: 5, advantage: 2 })).loss).toBeCloseTo(-2.4, 5)
  })

  it.each([
    [0, 0],
    [Math.LN2, 0.3069], // 2 − ln 2 − 1
    [-Math.LN2, 0.1931],
  ])('estimates KL by k3: d = %d gives %d', async (d, kl) => {
    const { metrics, loss } = await oneToken({ kl: 0.5 }, { d, advantage: 0 })
    expect(metrics.kl).toBeCloseTo(kl, 4)
    expect(loss).toBeCloseTo(0.5 * kl, 4)
  })

  it('keeps k3 within 10 however far the reference is', async () => {
    const { metrics, loss } = await oneToken({ kl: 1 }, { d: 50, advantage: 0 })
    expect(metrics.kl).toBe(10)
    expect(loss).toBe(10)
  })

  it('reports the entropy in nats, and takes its coefficient times it off', async () => {
    const { metrics, loss } = await oneToken({ entropy: 0.1 }, { advantage: 0 })
    expect(metrics.entropy).toBeCloseTo(Math.LN2, 6)
    expect(loss).toBeCloseTo(-0.1 * Math.LN2, 6)
  })

  it('of other options has another name: graphs are cached by it', () => {
    const options: Partial<GrpoLossOptions>[] = [
      {},
      { clipLow: 0.1 },
      { clipHigh: 0.1 },
      { dualClip: 3 },
      { kl: 1 },
      { entropy: 1 },
    ]
    const names = [...options, { onPolicy: true }].map((change) => grpoLoss({ ...plain, ...change }).name)
    expect(new Set(names).size).toBe(names.length)
  })
})
