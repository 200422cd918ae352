import { graph, type ObjectiveContext, type Tensor } from '../../../models/index.ts'

const { clip, exp, mul, neg, scale, scalar, sub, sum } = graph

/** How the divergence from the reference is measured, a token; see {@link klPerToken}. */
export const KL_ESTIMATORS = ['k1', 'k2', 'k3', 'exact'] as const
export type KlEstimator = (typeof KL_ESTIMATORS)[number]

/**
 * KL(π ‖ π_ref) of every token, [M] in nats (Schulman, http://joschu.net/blog/kl-approx.html).
 *
 *   k1  −d            k2  d²/2            k3  e^d − d − 1            exact  Σᵥ π(v)·(ln π(v) − ln π_ref(v)),
 *   d = refLogProbsₜ − logProbsₜ, clamped to ±20
 *
 * As a term of a loss they differ by their gradients: on policy that of k1 is 0 on average, so it measures and does not
 * pull; that of k2 is, on average, that of the exact one; that of k3 is not, but is never negative and the one that
 * RuscaRL, verl (`low_var_kl`) and TRL use, its value clamped to ±10 as verl does. The exact one sums over the whole
 * vocabulary and needs the reference's whole distribution: 4 bytes × tokens × words, twice.
 *
 * Reads, a token, `ref_log_probs`, or, when exact, `ref_distribution` [M, vocab].
 */
export function klPerToken({ logProbs, value, distribution, table }: ObjectiveContext, estimator: KlEstimator): Tensor {
  if (estimator === 'exact') {
    const all = distribution()
    return sum(mul(exp(all), sub(all, table('ref_distribution'))), [1])
  }
  const d = clip(sub(value('ref_log_probs'), logProbs), -20, 20)
  return {
    k1: () => neg(d),
    k2: () => scale(mul(d, d), 0.5),
    k3: () => clip(sub(sub(exp(d), d), scalar(1)), -10, 10),
  }[estimator]()
}
