import { setMaxListeners } from 'node:events'
import { type Aggregate, aggregateScores, type Rubric } from '../../rubrics/index.ts'
import { rubricStore } from '../data/index.ts'
import { UsageError } from '../errors.ts'
import { gate } from '../judge/gate.ts'
import type { JudgeMetrics } from '../judge/index.ts'
import { seededRandom } from '../random.ts'
import type { AnswerToScore, ScoredAnswer } from './answer.ts'
import { type ScoreOptions, scoreAnswer } from './scoreAnswer.ts'

export interface ScoreManyOptions extends ScoreOptions {
  /** Rubric of answers that carry none. */
  readonly rubric?: string | Rubric
  /** Answers under way at once (8): decoding and measuring keep the processor busy while judges are waited for. */
  readonly concurrency?: number
  /** Seeds the bootstrap (0). */
  readonly seed?: number | string
  readonly onScored?: (answer: ScoredAnswer, nDone: number) => void
}

export interface ScoreReport {
  /** In the order of the answers. */
  readonly answers: readonly ScoredAnswer[]
  /** Mean score, clipped to [0, 1], with its 95 % bootstrap interval. */
  readonly total: Aggregate
  readonly nVerdicts: number
  readonly nUnknown: number
  /** How often each criterion was met, by rubric and id, in order of first appearance. */
  readonly criteria: readonly CriterionSummary[]
  readonly judge?: JudgeMetrics & { readonly name: string }
}

export interface CriterionSummary {
  readonly rubric: string
  readonly id: string
  readonly criterion: string
  readonly points: number
  readonly n: number
  readonly nMet: number
  readonly nUnknown: number
}

/**
 * Scores many answers; see `scoreAnswer`.
 *
 * @throws UsageError for no answers, two of one id, and one without a rubric; else as `scoreAnswer`
 */
export async function scoreAnswers(
  answers: readonly AnswerToScore[],
  options: ScoreManyOptions = {},
): Promise<ScoreReport> {
  const { concurrency = 8, seed = 0, onScored, judge } = options
  if (answers.length === 0) throw new UsageError('scoreAnswers: no answers. Give at least one.')
  const ids = answers.map(({ id }, i) => id ?? `answer-${i + 1}`)
  const twice = ids.find((id, i) => ids.indexOf(id) < i)
  if (twice !== undefined) throw new UsageError(`scoreAnswers: two answers have the id "${twice}". Name them apart.`)
  const rubrics = rubricStore()
  const stop = new AbortController()
  setMaxListeners(0, stop.signal) // every answer listens
  const follow = () => stop.abort(options.signal?.reason)
  options.signal?.addEventListener('abort', follow, { once: true })
  if (options.signal?.aborted) follow()
  let nDone = 0
  const admit = gate(concurrency)

  const one = async (answer: AnswerToScore, id: string): Promise<ScoredAnswer> => {
    const named = answer.rubric ?? options.rubric
    if (named === undefined) throw new UsageError(`answer "${id}": has no rubric. Name one for all, or in its line.`)
    const rubric = await rubrics.get(named)
    return scoreAnswer({ ...answer, id }, rubric, { ...options, signal: stop.signal })
  }
  try {
    const scored = await Promise.all(
      answers.map((answer, i) =>
        admit(stop.signal, async () => {
          const result = await one(answer, ids[i]!)
          onScored?.(result, ++nDone)
          return result
        }).catch((error: unknown) => {
          stop.abort(error)
          throw error
        }),
      ),
    )
    return {
      answers: scored,
      total: aggregateScores(
        scored.map(({ score }) => score),
        seededRandom(seed),
      ),
      nVerdicts: scored.reduce((sum, { criteria }) => sum + criteria.length, 0),
      nUnknown: scored.reduce((sum, { nUnknown }) => sum + nUnknown, 0),
      criteria: summaries(scored),
      ...(judge === undefined ? {} : { judge: { name: judge.name, ...judge.metrics() } }),
    }
  } finally {
    options.signal?.removeEventListener('abort', follow)
  }
}

function summaries(scored: readonly ScoredAnswer[]): CriterionSummary[] {
  const found = new Map<string, CriterionSummary>()
  for (const { rubric, criteria } of scored) {
    for (const { id, criterion, points, met } of criteria) {
      const key = JSON.stringify([rubric, id])
      const before = found.get(key) ?? { rubric, id, criterion, points, n: 0, nMet: 0, nUnknown: 0 }
      found.set(key, {
        ...before,
        n: before.n + 1,
        nMet: before.nMet + (met === true ? 1 : 0),
        nUnknown: before.nUnknown + (met === null ? 1 : 0),
      })
    }
  }
  return [...found.values()]
}
