import type { RankedAnswers } from './rankedAnswers.ts'
import { type ScoreScale, validPairs } from './reward.ts'

/** Pairs of which the reward model was about equally sure. */
export interface CalibrationBin {
  /** Mean of σ(|Δr|), the probability it gives to the answer it prefers. */
  readonly confidence: number
  /** Share of them in which that answer is the better one. */
  readonly accuracy: number
  readonly n: number
}

/** How well rewards tell better answers from worse. */
export interface RewardMeasures {
  readonly n_lists: number
  readonly n_pairs: number
  /** Share of valid pairs that are ordered rightly, equal rewards counting half; lists counting alike. */
  readonly accuracy: number
  /** Mean rᵢ − rⱼ of valid pairs, lists counting alike. */
  readonly margin: number
  /** Mean −ln σ(rᵢ − rⱼ), likewise. */
  readonly pairwise_loss: number
  /** Expected calibration error of the pairs (arXiv 1706.04599, eq. 3): Σ n_b/n · |accuracy_b − confidence_b|. */
  readonly ece: number
  readonly calibration: readonly CalibrationBin[]
  /** Of answers with absolute scores, against r̂; null without any. */
  readonly pointwise: { readonly n: number; readonly mse: number; readonly correlation: number | null } | null
}

/** Bins of confidence between ½ and 1. */
const BINS = 10

/** Measures a reward model's rewards, list by list as their rankings are. */
export function measureRewards(
  rankings: readonly Pick<RankedAnswers, 'answers'>[],
  rewards: readonly (readonly number[])[],
  scale: ScoreScale,
): RewardMeasures {
  const bins = Array.from({ length: BINS }, () => ({ confidence: 0, right: 0, n: 0 }))
  const sums = { accuracy: 0, margin: 0, loss: 0 }
  let nPairs = 0
  for (const [l, { answers }] of rankings.entries()) {
    const pairs = validPairs(answers)
    nPairs += pairs.length
    for (const [i, j] of pairs) {
      const margin = rewards[l]![i]! - rewards[l]![j]!
      const right = margin > 0 ? 1 : margin === 0 ? 0.5 : 0
      sums.accuracy += right / pairs.length
      sums.margin += margin / pairs.length
      sums.loss += Math.log1p(Math.exp(-Math.abs(margin))) / pairs.length + Math.max(0, -margin) / pairs.length
      const confidence = 1 / (1 + Math.exp(-Math.abs(margin)))
      const bin = bins[Math.min(BINS - 1, Math.floor((confidence - 0.5) * 2 * BINS))]!
      bin.confidence += confidence
      bin.right += right
      bin.n++
    }
  }
  const filled = bins.filter(({ n }) => n > 0)
  const calibration = filled.map(({ confidence, right, n }) => ({ confidence: confidence / n, accuracy: right / n, n }))
  const mean = (sum: number) => sum / Math.max(1, rankings.length)
  return {
    n_lists: rankings.length,
    n_pairs: nPairs,
    accuracy: mean(sums.accuracy),
    margin: mean(sums.margin),
    pairwise_loss: mean(sums.loss),
    ece: calibration.reduce((sum, bin) => sum + (bin.n / nPairs) * Math.abs(bin.accuracy - bin.confidence), 0),
    calibration,
    pointwise: pointwiseOf(rankings, rewards, scale),
  }
}

function pointwiseOf(
  rankings: readonly Pick<RankedAnswers, 'answers'>[],
  rewards: readonly (readonly number[])[],
  { mean, deviation }: ScoreScale,
): RewardMeasures['pointwise'] {
  const points = rankings.flatMap(({ answers }, l) =>
    answers.flatMap(({ score }, i): [number, number][] =>
      score === null ? [] : [[rewards[l]![i]!, (score - mean) / deviation]],
    ),
  )
  if (points.length === 0) return null
  const average = (of: (point: [number, number]) => number) => points.reduce((sum, p) => sum + of(p), 0) / points.length
  const [mr, ms] = [average(([r]) => r), average(([, s]) => s)]
  const covariance = average(([r, s]) => (r - mr) * (s - ms))
  const spread = Math.sqrt(average(([r]) => (r - mr) ** 2) * average(([, s]) => (s - ms) ** 2))
  return {
    n: points.length,
    mse: average(([r, s]) => (r - s) ** 2),
    correlation: spread > 0 ? covariance / spread : null,
  }
}

/** Scale of the absolute scores of rankings: 0 and 1 where they have none, or all alike. */
export function scoreScale(rankings: readonly Pick<RankedAnswers, 'answers'>[]): ScoreScale {
  const scores = rankings.flatMap(({ answers }) => answers.flatMap(({ score }) => score ?? []))
  if (scores.length === 0) return { mean: 0, deviation: 1 }
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length)
  return { mean, deviation: deviation > 0 ? deviation : 1 }
}
