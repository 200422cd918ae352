import { UsageError } from '../errors.ts'
import { type Random, seededRandom } from '../random.ts'
import type { ScoredAnswer } from './answer.ts'

export interface PairedDifference {
  /** Mean over pairs of b − a. */
  readonly mean: number
  /** 95 % percentile bootstrap interval over pairs. */
  readonly interval: readonly [number, number]
  /**
   * Two-sided bootstrap p-value of no difference: twice the smaller share of draws at or beyond 0, at least 2/(draws +
   * 1); 1 where no pair differs.
   */
  readonly p: number
  readonly n: number
}

export interface Comparison {
  readonly score: PairedDifference
  readonly a: { readonly mean: number; readonly nUnknown: number }
  readonly b: { readonly mean: number; readonly nUnknown: number }
  /** Pairs in which b scores higher, equal, lower. */
  readonly wins: number
  readonly ties: number
  readonly losses: number
  /** Rate of being met, over the pairs in which both verdicts are known. */
  readonly criteria: readonly ({ readonly id: string; readonly points: number } & PairedDifference)[]
  /** Ids that only one side has; they are left out. */
  readonly onlyA: readonly string[]
  readonly onlyB: readonly string[]
}

/**
 * Two systems on the same prompts, paired by the ids of their answers.
 *
 * @throws UsageError when they share no id, or were scored by different rubrics
 */
export function compareScored(
  a: readonly ScoredAnswer[],
  b: readonly ScoredAnswer[],
  options: { seed?: number | string; nDraws?: number } = {},
): Comparison {
  const { seed = 0, nDraws = 10_000 } = options
  const random = seededRandom(seed)
  const byId = new Map(b.map((answer) => [answer.id, answer]))
  const pairs = a.flatMap((left) => {
    const right = byId.get(left.id)
    return right ? [[left, right] as const] : []
  })
  if (pairs.length === 0) throw new UsageError('compare: the two files share no id, so there is nothing to pair.')
  for (const [left, right] of pairs) {
    if (left.rubric !== right.rubric) {
      throw new UsageError(
        `compare: "${left.id}" is scored by ${left.rubric} in one file, by ${right.rubric} in the other.`,
      )
    }
  }
  const differences = pairs.map(([left, right]) => right.score - left.score)
  const sideOf = (side: 0 | 1) => ({
    mean: mean(pairs.map((pair) => pair[side].score)),
    nUnknown: pairs.reduce((sum, pair) => sum + pair[side].nUnknown, 0),
  })
  const inA = new Set(a.map(({ id }) => id))
  return {
    score: pairedBootstrap(differences, random.child('score'), nDraws),
    a: sideOf(0),
    b: sideOf(1),
    wins: differences.filter((difference) => difference > 0).length,
    ties: differences.filter((difference) => difference === 0).length,
    losses: differences.filter((difference) => difference < 0).length,
    criteria: criteriaOf(pairs, random, nDraws),
    onlyA: a.filter(({ id }) => !byId.has(id)).map(({ id }) => id),
    onlyB: b.filter(({ id }) => !inA.has(id)).map(({ id }) => id),
  }
}

/** Mean of paired differences, resampled with replacement (Efron & Tibshirani, 1993, §13 and §16). */
export function pairedBootstrap(differences: readonly number[], random: Random, nDraws = 10_000): PairedDifference {
  const n = differences.length
  const draws = Float64Array.from({ length: nDraws }, () => {
    let sum = 0
    for (let i = 0; i < n; i++) sum += differences[Math.floor(random() * n)]!
    return sum / n
  }).sort()
  const below = draws.filter((draw) => draw <= 0).length
  const above = draws.filter((draw) => draw >= 0).length
  const p = Math.min(1, (2 * (Math.min(below, above) + 1)) / (nDraws + 1))
  return {
    mean: mean(differences),
    interval: [quantile(draws, 0.025), quantile(draws, 0.975)],
    p: differences.every((difference) => difference === 0) ? 1 : p,
    n,
  }
}

function criteriaOf(
  pairs: readonly (readonly [ScoredAnswer, ScoredAnswer])[],
  random: ReturnType<typeof seededRandom>,
  nDraws: number,
): Comparison['criteria'] {
  const differences = new Map<string, { points: number; values: number[] }>()
  for (const [left, right] of pairs) {
    for (const { id, points, met } of left.criteria) {
      const other = right.criteria.find((criterion) => criterion.id === id)
      if (met === null || other === undefined || other.met === null) continue
      const entry = differences.get(id) ?? { points, values: [] }
      entry.values.push(Number(other.met) - Number(met))
      differences.set(id, entry)
    }
  }
  return [...differences].map(([id, { points, values }]) => ({
    id,
    points,
    ...pairedBootstrap(values, random.child(id), nDraws),
  }))
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

function quantile(sorted: Float64Array, at: number): number {
  const position = at * (sorted.length - 1)
  const below = Math.floor(position)
  const low = sorted[below]!
  return low + (position - below) * ((sorted[below + 1] ?? low) - low)
}
