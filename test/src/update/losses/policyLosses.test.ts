import { describe, expect, it } from 'vitest'
import { crossEntropy } from '../../../../src/update/losses/crossEntropy.ts'
import { type PolicyLossKind, policyLosses } from '../../../../src/update/losses/index.ts'
import { KL_ESTIMATORS, type KlEstimator } from '../../../../src/update/losses/kl.ts'
import type { PolicyLossOptions } from '../../../../src/update/losses/policyLoss.ts'
import { tokenWeights } from '../../../../src/update/tokenWeights.ts'
import { expectClose } from '../../../models/closeTo.ts'
import { type LossInput, onLogits, slopeAlong } from './onLogits.ts'
import { policyGolden as golden, perToken } from './policyGolden.ts'

const { logits, vocab, targets, lengths } = golden
const KINDS = Object.keys(policyLosses) as PolicyLossKind[]
const plain: PolicyLossOptions = { clipLow: 0.2, clipHigh: 0.2, kl: 0, entropy: 0, onPolicy: false }
const sequence = perToken([0, 1, 2], lengths)
const inverseLength = perToken(
  lengths.map((n) => 1 / n),
  lengths,
)

/** The golden's batch, with everything that any policy loss reads. */
const inputOf = (weight: number[], values: LossInput['values'] = {}): LossInput => ({
  logits,
  vocab,
  targets,
  values: {
    weight,
    advantage: golden.advantage,
    old_log_probs: golden.oldLogProbs,
    sequence,
    inverse_length: inverseLength,
    ...values,
  },
})
const even = perToken(tokenWeights(lengths, 'token-mean'), lengths)

describe('policy losses', () => {
  it.each(golden.losses.map((one) => [one.name, one] as const))(
    '%s: loss and gradient are those of verl',
    async (_, one) => {
      const { kind, clipLow, clipHigh, dualClip, aggregation } = one
      const weight = perToken(tokenWeights(lengths, aggregation), lengths)
      const found = await onLogits(policyLosses[kind].build({ ...plain, clipLow, clipHigh, dualClip }), inputOf(weight))
      expectClose([found.loss], [one.loss], 2e-6, 'loss')
      expectClose(found.dLogits, one.dLogits, 2e-6, 'gradient')
    },
  )

  it.each(KINDS)('%s on policy has the gradient of the score function, and cuts nothing', async (kind) => {
    const build = (of: PolicyLossKind) => policyLosses[of].build({ ...plain, dualClip: null, onPolicy: true })
    const found = await onLogits(build(kind), inputOf(even))
    expectClose(found.dLogits, (await onLogits(build('grpo'), inputOf(even))).dLogits, 1e-6, 'gradient')
    expect(found.metrics.ratio_mean).toBeCloseTo(1, 6)
    expect(found.metrics['clip_ratio/low_mean']).toBe(0)
    expect(found.metrics['clip_ratio/high_mean']).toBe(0)
  })

  it('gspo gives every token of an answer one ratio, the geometric mean', async () => {
    const loss = policyLosses.gspo.build({ ...plain, clipLow: 0.9, clipHigh: 9 })
    const logRatios = [0.4, 0, 0.2, -0.1, -0.1, 0.3, 0.1, 0.5]
    const first = inputOf([1, 0, 0, 0, 0, 0, 0, 0]) // a weight on one token reads the ratio of its answer
    const logProbs = await Promise.all(
      targets.map(
        async (_, i) => (await onLogits(crossEntropy, inputOf(targets.map((_, j) => (i === j ? -1 : 0))))).loss,
      ),
    )
    const moved = {
      ...first,
      values: { ...first.values, old_log_probs: logProbs.map((now, i) => now - logRatios[i]!) },
    }
    expect((await onLogits(loss, moved)).metrics.ratio_mean).toBeCloseTo(Math.exp(0.2), 5)
  })

  it('cispo keeps the gradient of a token that ppo would cut', async () => {
    const at = { logits: [0, 0], vocab: 2, targets: [0] }
    const values = { weight: [1], advantage: [1], old_log_probs: [Math.log(0.5) - Math.log(2)] } // ratio 2
    const of = (kind: 'grpo' | 'cispo') => policyLosses[kind].build({ ...plain, dualClip: null })
    expect((await onLogits(of('grpo'), { ...at, values })).dLogits).toEqual([0, 0])
    expectClose((await onLogits(of('cispo'), { ...at, values })).dLogits, [-0.6, 0.6], 1e-6) // 1.2 · (p − 1)
  })

  it('of other options have other names: graphs are cached by them', () => {
    const changes: Partial<PolicyLossOptions>[] = [
      {},
      { clipLow: 0.1 },
      { clipHigh: 0.1 },
      { kl: 1 },
      ...KL_ESTIMATORS.filter((klEstimator) => klEstimator !== 'k3').map((klEstimator) => ({ klEstimator })),
      { entropy: 1 },
      { onPolicy: true },
    ]
    const names = KINDS.flatMap((kind) =>
      changes.map((change) => policyLosses[kind].build({ ...plain, dualClip: null, ...change }).name),
    )
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('KL to the reference', () => {
  const klLoss = (klEstimator: KlEstimator) =>
    policyLosses.grpo.build({ ...plain, dualClip: null, onPolicy: true, kl: 1, klEstimator })
  /** The third likeliest word of the reference at each token: what `top-k` looks at begins there. */
  const floors = golden.refLogProbs.map(
    (_, i) => golden.refDistribution.slice(i * vocab, (i + 1) * vocab).sort((a, b) => b - a)[2]!,
  )
  const reference = {
    ref_log_probs: golden.refLogProbs,
    ref_distribution: golden.refDistribution,
    ref_floor: floors,
  }
  const at = (values: LossInput['values'] = {}) =>
    inputOf(even, { advantage: even.map(() => 0), ...reference, ...values })

  it.each(golden.kl.map((one) => [one.name, one] as const))(
    '%s and its gradient are those of the reference',
    async (name, one) => {
      const found = await onLogits(klLoss(name), at())
      expectClose([found.loss, found.metrics.kl!], [one.loss, one.loss], 2e-6, 'KL')
      expectClose(found.dLogits, one.dLogits, 2e-6, 'gradient')
    },
  )

  it.each(KL_ESTIMATORS)('%s has the slope that differences measure', async (name) => {
    const direction = logits.map((_, i) => Math.sin(5 * i + 1))
    const { dLogits } = await onLogits(klLoss(name), at())
    const exact = dLogits.reduce((total, g, i) => total + g * direction[i]!, 0)
    expectClose([await slopeAlong(klLoss(name), at(), direction)], [exact], 5e-4, 'slope')
  })

  it('averaged over the words that the policy may draw: all values are the exact one, of the gradients only k2’s is', async () => {
    const row = logits.slice(0, vocab)
    const share = row.map((logit) => Math.exp(logit) / row.reduce((sum, other) => sum + Math.exp(other), 0))
    const ref = golden.refDistribution.slice(0, vocab)
    // One token for every word, each weighed by its probability.
    const all = (name: KlEstimator) =>
      onLogits(klLoss(name), {
        logits: row.flatMap(() => row),
        vocab,
        targets: row.map((_, word) => word),
        values: {
          weight: share,
          advantage: row.map(() => 0),
          ref_log_probs: ref,
          ref_distribution: row.flatMap(() => ref),
          ref_floor: row.map(() => Math.min(...ref)), // below it lies no word
        },
      })
    const summed = ({ dLogits }: { dLogits: number[] }) =>
      row.map((_, word) => row.reduce((sum, _other, i) => sum + dLogits[i * vocab + word]!, 0))
    const [k1, k2, k3, exact, topK] = await Promise.all(KL_ESTIMATORS.map(all))
    expect(k1!.loss).toBeCloseTo(exact!.loss, 5)
    expect(k3!.loss).toBeCloseTo(exact!.loss, 5)
    expect(topK!.loss).toBeCloseTo(exact!.loss, 5)
    expectClose(summed(topK!), summed(exact!), 1e-6, 'top-k of all words')
    expectClose(
      summed(k1!),
      row.map(() => 0),
      1e-6,
      'k1',
    )
    expectClose(summed(k2!), summed(exact!), 1e-6, 'k2')
    const apart = summed(k3!).map((g, word) => Math.abs(g - summed(exact!)[word]!))
    expect(Math.max(...apart)).toBeGreaterThan(1e-3)
  })
})
