import { graph, type Objective, type Tensor } from '../../../models/index.ts'

const {
  add,
  cast,
  clip,
  exp,
  less,
  lessOrEqual,
  maximum,
  minimum,
  mul,
  neg,
  scalar,
  scale,
  stopGradient,
  sub,
  sum,
  where,
} = graph

export interface GrpoLossOptions {
  /** ε below and above 1 for the probability ratio. */
  readonly clipLow: number
  readonly clipHigh: number
  /** Bound c on the loss of a token with a negative advantage (dual clip, arXiv 1912.09729); null leaves it out. */
  readonly dualClip: number | null
  /** Coefficient of the k3 estimate of KL to the reference policy; 0 reads no reference. */
  readonly kl: number
  /** Coefficient of the entropy bonus, in nats. */
  readonly entropy: number
  /** True when the weights are still those that sampled: ρ is then 1 by construction, and no old pass is needed. */
  readonly onPolicy: boolean
}

/**
 * Clipped policy-gradient loss with group advantages (papers' RuscaRL §1.5; PPO, arXiv 1707.06347, eq. 7), on the plain
 * prompt.
 *
 *   L = Σ wₜ·( −min(ρₜA, clip(ρₜ, 1−ε_low, 1+ε_high)A) + β·(e^d − d − 1) − η·Hₜ ),   ρₜ = exp(logProbsₜ − oldLogProbsₜ),
 *   d = refLogProbsₜ − logProbsₜ clamped to ±20, its term to ±10
 *
 * Reads, a token: `weight` (the aggregation: token-mean or sequence-mean, summing to 1), `advantage`, `old_log_probs`
 * unless on policy, and `ref_log_probs` when β > 0.
 *
 * Metrics, weighted alike: `kl`, `entropy`, `clip_ratio/low_mean` and `high_mean` (share of tokens cut on either side),
 * `ratio_mean`.
 */
export function grpoLoss(options: GrpoLossOptions): Objective {
  const { clipLow, clipHigh, dualClip, kl, entropy, onPolicy } = options
  return {
    name: `grpo(${[clipLow, clipHigh, dualClip, kl, entropy, onPolicy].join()})`,
    build({ logProbs, entropy: entropyOf, value }) {
      const weight = value('weight')
      const advantage = value('advantage')
      const mean = (t: Tensor) => sum(mul(t, weight))
      const old = onPolicy ? stopGradient(logProbs) : value('old_log_probs')
      const ratio = exp(clip(sub(logProbs, old), -20, 20))
      const plain = mul(ratio, advantage)
      const clipped = mul(clip(ratio, 1 - clipLow, 1 + clipHigh), advantage)
      let gain = minimum(plain, clipped)
      if (dualClip !== null) {
        gain = where(less(advantage, scalar(0)), maximum(gain, scale(advantage, dualClip)), gain)
      }
      let perToken = neg(gain)
      const metrics: Record<string, Tensor> = {
        entropy: mean(entropyOf()),
        ratio_mean: mean(ratio),
        'clip_ratio/low_mean': mean(cut(lessOrEqual(ratio, scalar(1 - clipLow)), less(advantage, scalar(0)))),
        'clip_ratio/high_mean': mean(cut(lessOrEqual(scalar(1 + clipHigh), ratio), less(scalar(0), advantage))),
      }
      if (kl > 0) {
        const d = clip(sub(value('ref_log_probs'), logProbs), -20, 20)
        const k3 = clip(sub(sub(exp(d), d), scalar(1)), -10, 10)
        metrics.kl = mean(k3)
        perToken = add(perToken, scale(k3, kl))
      }
      if (entropy !== 0) perToken = sub(perToken, scale(entropyOf(), entropy))
      return { loss: mean(perToken), metrics }
    },
  }
}

const cut = (outside: Tensor, harmful: Tensor): Tensor => mul(cast(outside, 'float32'), cast(harmful, 'float32'))

export type Aggregation = 'token-mean' | 'sequence-mean'

/**
 * Weight of every token, by answer: token-mean gives each token 1/Σ|o|, sequence-mean 1/(n·|o|) — an answer without
 * tokens weighs nothing and is left out of n.
 */
export function tokenWeights(lengths: readonly number[], aggregation: Aggregation): number[] {
  const total = lengths.reduce((sum, n) => sum + n, 0)
  const answers = lengths.filter((n) => n > 0).length
  return lengths.map((n) => (n === 0 ? 0 : aggregation === 'token-mean' ? 1 / total : 1 / (answers * n)))
}
