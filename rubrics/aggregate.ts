import type { Random } from './random.ts'
import { RubricError } from './rubricError.ts'
import type { Rubric } from './schema.ts'
import { byCriterion, scoreCriteria } from './score.ts'
import type { Verdict } from './verify.ts'

export interface Aggregate {
  /** clip(mean, 0, 1): what HealthBench reports. */
  readonly score: number
  /** Mean before clipping. */
  readonly mean: number
  /** Percentile bootstrap interval of the clipped mean, [low, high]. */
  readonly interval: readonly [number, number]
  /** Standard deviation of the clipped mean over the bootstrap draws. */
  readonly standardError: number
  readonly n: number
}

/**
 * The score of a set of answers: the mean of their unclipped scores, clipped to [0, 1]; uncertainty by resampling
 * answers with replacement, each draw clipped likewise (HealthBench, papers.md §9.1).
 *
 * @param options.nDraws      bootstrap draws (1,000, as simple-evals)
 * @param options.confidence  of the interval (0.95)
 * @throws RubricError when there is no score, or one is not a finite number
 */
export function aggregateScores(
  scores: readonly number[],
  random: Random,
  options: { nDraws?: number; confidence?: number } = {},
): Aggregate {
  const { nDraws = 1_000, confidence = 0.95 } = options
  const n = scores.length
  if (n === 0) throw new RubricError('aggregateScores: no scores. Give at least one.')
  const bad = scores.findIndex((score) => !Number.isFinite(score))
  if (bad >= 0) throw new RubricError(`aggregateScores: scores[${bad}] is ${scores[bad]}. Give finite numbers.`)
  const mean = scores.reduce((sum, score) => sum + score, 0) / n
  const draws = Float64Array.from({ length: nDraws }, () => {
    let sum = 0
    for (let i = 0; i < n; i++) sum += scores[Math.floor(random() * n)]!
    return clip(sum / n)
  }).sort()
  const center = draws.reduce((sum, draw) => sum + draw, 0) / nDraws
  const variance = draws.reduce((sum, draw) => sum + (draw - center) ** 2, 0) / nDraws
  const tail = (1 - confidence) / 2
  return {
    score: clip(mean),
    mean,
    interval: [quantile(draws, tail), quantile(draws, 1 - tail)],
    standardError: Math.sqrt(variance),
    n,
  }
}

/**
 * `aggregateScores` for each tag, from the criteria that carry it; an answer counts for a tag only where those
 * criteria have positive points (HealthBench, papers.md §9.1). Tags in order of first appearance.
 */
export function aggregateByTag(
  judged: readonly { readonly rubric: Rubric; readonly verdicts: readonly Verdict[] }[],
  random: Random,
  options: { nDraws?: number; confidence?: number } = {},
): Map<string, Aggregate> {
  const scores = new Map<string, number[]>()
  for (const { rubric, verdicts } of judged) {
    for (const [tag, score] of scoreByTag(rubric, verdicts)) scores.set(tag, [...(scores.get(tag) ?? []), score])
  }
  return new Map([...scores].map(([tag, values]) => [tag, aggregateScores(values, random, options)]))
}

/** The unclipped score of one answer on the criteria of each tag; a tag without positive points is left out. */
export function scoreByTag(rubric: Rubric, verdicts: readonly Verdict[]): Map<string, number> {
  const found = byCriterion(rubric, verdicts)
  const tags = new Set(rubric.criteria.flatMap(({ tags = [] }) => tags))
  const scores = new Map<string, number>()
  for (const tag of tags) {
    const { score, possible } = scoreCriteria(
      rubric.criteria.filter((criterion) => criterion.tags?.includes(tag)),
      found,
    )
    if (possible > 0) scores.set(tag, score)
  }
  return scores
}

const clip = (value: number): number => Math.min(1, Math.max(0, value))

/** Linear interpolation between the two nearest of sorted values (numpy's default). */
function quantile(sorted: Float64Array, at: number): number {
  const position = at * (sorted.length - 1)
  const below = Math.floor(position)
  const low = sorted[below]!
  return low + (position - below) * ((sorted[below + 1] ?? low) - low)
}
