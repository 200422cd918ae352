import { graph, type Objective, type ObjectiveContext, type Tensor } from '../../../models/index.ts'
import { type KlEstimator, klPerToken } from './kl.ts'

const { add, cast, less, lessOrEqual, mul, neg, scalar, scale, stopGradient, sub, sum } = graph

/** What every policy loss is told; each adds what its formula needs. */
export interface PolicyLossOptions {
  /** ε below and above 1 for the probability ratio. */
  readonly clipLow: number
  readonly clipHigh: number
  /** Coefficient of the KL to the reference policy; 0 reads no reference. */
  readonly kl: number
  /** How that KL is estimated ('k3', as RuscaRL does). */
  readonly klEstimator?: KlEstimator
  /** Coefficient of the entropy bonus, in nats. */
  readonly entropy: number
  /** True when the weights are still those that sampled: ρ is then 1 by construction, and no old pass is needed. */
  readonly onPolicy: boolean
}

/** What a policy loss makes of a token: what is to be raised, and the ratio that was clipped for it. */
export interface Surrogate {
  readonly gain: Tensor
  readonly ratio: Tensor
}

/**
 * The objective around a surrogate: its mean over tokens, the KL term and the entropy bonus.
 *
 *   L = Σ wₜ·( −gainₜ + β·KLₜ − η·Hₜ )
 *
 * Reads, a token: `weight` (the aggregation, see `tokenWeights`), `advantage`, `old_log_probs` unless on policy, and the
 * reference when β > 0 (see `klPerToken`).
 *
 * Metrics, weighted alike: `kl`, `entropy`, `ratio_mean`, `clip_ratio/low_mean` and `high_mean` (share of tokens cut on
 * either side).
 *
 * @param name  under which graphs are cached: every option that changes the graph must be in it
 */
export function policyObjective(
  name: string,
  { clipLow, clipHigh, kl, klEstimator = 'k3', entropy, onPolicy }: PolicyLossOptions,
  surrogate: (logRatio: Tensor, advantage: Tensor, context: ObjectiveContext) => Surrogate,
): Objective {
  return {
    name: `${name}(${[clipLow, clipHigh, kl, klEstimator, entropy, onPolicy].join()})`,
    build(context) {
      const { logProbs, value, entropy: entropyOf } = context
      const weight = value('weight')
      const advantage = value('advantage')
      const mean = (t: Tensor) => sum(mul(t, weight))
      const old = onPolicy ? stopGradient(logProbs) : value('old_log_probs')
      const { gain, ratio } = surrogate(sub(logProbs, old), advantage, context)
      let perToken = neg(gain)
      const metrics: Record<string, Tensor> = {
        entropy: mean(entropyOf()),
        ratio_mean: mean(ratio),
        'clip_ratio/low_mean': mean(cut(lessOrEqual(ratio, scalar(1 - clipLow)), less(advantage, scalar(0)))),
        'clip_ratio/high_mean': mean(cut(lessOrEqual(scalar(1 + clipHigh), ratio), less(scalar(0), advantage))),
      }
      if (kl > 0) {
        const divergence = klPerToken(context, klEstimator)
        metrics.kl = mean(divergence)
        perToken = add(perToken, scale(divergence, kl))
      }
      if (entropy !== 0) perToken = sub(perToken, scale(entropyOf(), entropy))
      return { loss: mean(perToken), metrics }
    },
  }
}

const cut = (outside: Tensor, harmful: Tensor): Tensor => mul(cast(outside, 'float32'), cast(harmful, 'float32'))
