/** How far answers are from what a reference would have said; see {@link novelty}. */
export interface Novelty {
  /** Mean of ρ; a single answer can dominate it, so look at the median. */
  readonly mean: number
  readonly median: number
  /** Answers with ρ above 2, 10 and 100. */
  readonly above_2: number
  readonly above_10: number
  readonly above_100: number
  readonly n: number
}

/**
 * Geometric mean of the ratio of an answer's token probabilities under the trained and the initial policy, both on the
 * plain prompt (RuscaRL, papers.md §1.6).
 *
 *   ρ = exp( 1/|o| · Σₜ ln[ π_new(oₜ|q, o_<t) / π_init(oₜ|q, o_<t) ] );    1 for an answer without tokens
 */
export function sequenceRatio(logProbs: ArrayLike<number>, initialLogProbs: ArrayLike<number>): number {
  if (logProbs.length !== initialLogProbs.length)
    throw new RangeError(`sequenceRatio: ${logProbs.length} and ${initialLogProbs.length} log-probabilities.`)
  let sum = 0
  for (let t = 0; t < logProbs.length; t++) sum += logProbs[t]! - initialLogProbs[t]!
  return logProbs.length === 0 ? 1 : Math.exp(sum / logProbs.length)
}

/** Novelty of answers by their sequence ratios; null of none. */
export function novelty(ratios: readonly number[]): Novelty | null {
  if (ratios.length === 0) return null
  const above = (bound: number) => ratios.filter((ratio) => ratio > bound).length
  return {
    mean: ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length,
    median: medianOf(ratios),
    above_2: above(2),
    above_10: above(10),
    above_100: above(100),
    n: ratios.length,
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
