import { graph, type ObjectiveContext, type Tensor } from '../../../models/index.ts'

const { clip, exp, expand, lessOrEqual, logSoftmax, mul, neg, reshape, scale, scalar, sub, sum, where } = graph

/** How the divergence from the reference is measured, a token; see {@link klPerToken}. */
export const KL_ESTIMATORS = ['k1', 'k2', 'k3', 'exact', 'top-k'] as const
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
 * vocabulary and needs the reference's whole distribution: 4 bytes × tokens × words, twice. Top-k is exact on the K
 * words that the reference finds likeliest, both sides renormalised on them (Baichuan Alignment, arXiv 2410.14940): never
 * negative, and the exact one where K reaches the vocabulary.
 *
 * Reads, a token, `ref_log_probs`, or, when exact or top-k, `ref_distribution` [M, vocab]; when top-k also `ref_floor`, the
 * reference's log-probability of its K-th word.
 */
export function klPerToken({ logProbs, value, distribution, table }: ObjectiveContext, estimator: KlEstimator): Tensor {
  if (estimator === 'exact') return divergence(distribution(), table('ref_distribution'))
  if (estimator === 'top-k') {
    const [own, reference] = [distribution(), table('ref_distribution')]
    const among = lessOrEqual(reshape(value('ref_floor'), [-1, 1]), reference)
    const nowhere = expand(scalar(-1e9), reference.shape)
    const renormalised = (t: Tensor) => logSoftmax(where(among, t, nowhere))
    return divergence(renormalised(own), renormalised(reference))
  }
  const d = clip(sub(value('ref_log_probs'), logProbs), -20, 20)
  return {
    k1: () => neg(d),
    k2: () => scale(mul(d, d), 0.5),
    k3: () => clip(sub(sub(exp(d), d), scalar(1)), -10, 10),
  }[estimator]()
}

/** Σᵥ p(v)·(ln p(v) − ln q(v)) of every row, [M]. */
const divergence = (p: Tensor, q: Tensor): Tensor => sum(mul(exp(p), sub(p, q)), [1])

/** Whether an estimator looks at the whole distribution of the reference, which must be kept for it. */
export const readsDistribution = (estimator: KlEstimator | undefined): boolean =>
  estimator === 'exact' || estimator === 'top-k'
