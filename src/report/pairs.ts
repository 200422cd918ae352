import type { Evaluation } from './readRun.ts'
import type { AnswerRecord } from './records.ts'

/** The answers to one sample in two evaluations; one of them is missing when only one evaluation kept its answers. */
export interface Pair {
  sampleId: string
  before: AnswerRecord | undefined
  after: AnswerRecord | undefined
}

/** Answers matched by sample, in the order of `after` (or of `before` when there is no `after`). */
export function pairAnswers(before: Evaluation | undefined, after: Evaluation | undefined): Pair[] {
  const beforeById = new Map(before?.answers.map((answer) => [answer.sample_id, answer]))
  const afterById = new Map(after?.answers.map((answer) => [answer.sample_id, answer]))
  const ids = afterById.size > 0 ? afterById.keys() : beforeById.keys()
  return Array.from(ids, (sampleId) => ({
    sampleId,
    before: beforeById.get(sampleId),
    after: afterById.get(sampleId),
  }))
}

export interface Difference {
  /** Mean of second − first over the samples both have, or of the two scores when answers were not kept. */
  mean: number
  /** 95%, from a paired bootstrap over samples; undefined when answers were not kept for both. */
  interval: [number, number] | undefined
  nPairs: number
  /** Whether zero lies outside the interval; without one, whether the two evaluations' own intervals do not touch. */
  direction: 'higher' | 'lower' | 'unclear'
}

const N_RESAMPLES = 2000 // enough for a stable first decimal of a percentage

/**
 * How the score differs from one evaluation to another. Samples are resampled in pairs (percentile bootstrap, Efron &
 * Tibshirani 1993, ch. 13): the same clip is hard or easy in both, so pairs tell more than two separate intervals.
 */
export function difference(first: Evaluation, second: Evaluation, random: () => number): Difference {
  const changes = pairAnswers(first, second).flatMap(({ before, after }) =>
    before?.score == null || after?.score == null ? [] : [after.score - before.score],
  )
  if (changes.length < 2) return unpaired(first, second)
  const means = new Float64Array(N_RESAMPLES)
  for (let r = 0; r < N_RESAMPLES; r++) {
    let sum = 0
    for (let i = 0; i < changes.length; i++) sum += changes[Math.floor(random() * changes.length)]!
    means[r] = sum / changes.length
  }
  means.sort()
  const interval: [number, number] = [
    means[Math.floor(N_RESAMPLES * 0.025)]!,
    means[Math.ceil(N_RESAMPLES * 0.975) - 1]!,
  ]
  return {
    mean: changes.reduce((a, b) => a + b, 0) / changes.length,
    interval,
    nPairs: changes.length,
    direction: interval[0] > 0 ? 'higher' : interval[1] < 0 ? 'lower' : 'unclear',
  }
}

function unpaired(first: Evaluation, second: Evaluation): Difference {
  const [a, b] = [first.interval, second.interval]
  const apart = a && b && (b[0] > a[1] ? 'higher' : b[1] < a[0] ? 'lower' : undefined)
  return { mean: second.score - first.score, interval: undefined, nPairs: 0, direction: apart ?? 'unclear' }
}
