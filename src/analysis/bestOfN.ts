import { aggregateScores, type Random } from '../../rubrics/index.ts'

/** Score of the best of `n` answers, mean over prompts, with its 95 % bootstrap interval over prompts. */
export interface BestOf {
  readonly n: number
  readonly score: number
  readonly interval: readonly [number, number]
}

/**
 * Expected highest score of `k` answers drawn without replacement from those that were scored: unbiased for the best of
 * k fresh answers, with far less variance than one draw of k (the pass@k estimator of arXiv 2107.03374, for scores).
 *
 *   E = Σᵢ s₍ᵢ₎ · C(i−1, k−1) / C(n, k),    s₍₁₎ ≤ … ≤ s₍ₙ₎
 *
 * @param scores  of n ≥ k answers to one prompt
 * @throws RangeError when k is not a whole number from 1 to n
 */
export function expectedBest(scores: readonly number[], k: number): number {
  const n = scores.length
  if (!Number.isInteger(k) || k < 1 || k > n) throw new RangeError(`expectedBest: best of ${k}, of ${n} scores.`)
  const sorted = scores.toSorted((a, b) => a - b)
  let weight = k / n // of the highest; C(i−2, k−1) / C(i−1, k−1) = (i−k)/(i−1) gives the next
  let expected = 0
  for (let i = n; i >= k; i--) {
    expected += weight * sorted[i - 1]!
    if (i > 1) weight *= (i - k) / (i - 1)
  }
  return expected
}

/**
 * Best-of-N for N = 1, 2, 4, … up to the number of answers a prompt (RuscaRL, papers.md §1.6). Means are clipped to
 * [0, 1] as every aggregate of scores is.
 *
 * @param scores  [prompts][answers], equally many answers a prompt
 * @param sizes   which N; powers of two and the number of answers itself when left out
 */
export function bestOfN(
  scores: readonly (readonly number[])[],
  random: Random,
  sizes: readonly number[] = sizesUpTo(scores[0]?.length ?? 0),
): BestOf[] {
  return sizes.map((n) => {
    const { score, interval } = aggregateScores(
      scores.map((own) => expectedBest(own, n)),
      random,
    )
    return { n, score, interval }
  })
}

/** 1, 2, 4, … and `most`. */
export function sizesUpTo(most: number): number[] {
  const sizes: number[] = []
  for (let n = 1; n < most; n *= 2) sizes.push(n)
  return most > 0 ? [...sizes, most] : []
}
