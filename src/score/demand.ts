import { UsageError } from '../errors.ts'
import type { ScoredAnswer } from './answer.ts'

/** What is asked of scored answers. */
export interface Demand {
  /** Lowest mean score, before clipping. */
  readonly minScore?: number
  /** Ids of criteria that each answer must pass: be met where points are positive, not be met where they are negative. */
  readonly require?: readonly string[]
  /** Whether unknown verdicts on which neither depends leave the outcome open (false: they do). */
  readonly allowUnknown?: boolean
}

export interface Outcome {
  /** `open`: verdicts are unknown, and what is known has not failed. */
  readonly outcome: 'pass' | 'fail' | 'open'
  /** One line a reason. */
  readonly reasons: readonly string[]
}

/**
 * Whether answers meet a demand. Unknown verdicts can only hold a pass back: it has failed when it would fail even were
 * they all decided in its favour.
 *
 * @throws UsageError for a required id that no answer's rubric has
 */
export function outcomeOf(
  answers: readonly ScoredAnswer[],
  { minScore, require = [], allowUnknown = false }: Demand,
): Outcome {
  const failures: string[] = []
  const open: string[] = []
  for (const id of require) {
    const found = answers.flatMap((answer) => {
      const criterion = answer.criteria.find((candidate) => candidate.id === id)
      return criterion ? [{ answer, criterion }] : []
    })
    if (found.length === 0) {
      const known = [...new Set(answers.flatMap(({ criteria }) => criteria.map((criterion) => criterion.id)))]
      throw new UsageError(`--require "${id}": no criterion of that id. There are: ${known.join(', ')}.`)
    }
    for (const { answer, criterion } of found) {
      if (criterion.met === null) open.push(`${answer.id}: required ${id} is unknown`)
      else if (criterion.met !== criterion.points > 0)
        failures.push(`${answer.id}: required ${id} ${criterion.met ? 'is met, and must not be' : 'is not met'}`)
    }
  }
  if (minScore !== undefined) {
    const mean = meanOf(answers.map(({ score }) => score))
    const [worst, best] = [meanOf(answers.map(worstScore)), meanOf(answers.map(bestScore))]
    const shown = figure(mean, minScore)
    if (best < minScore) failures.push(`mean score ${shown} is below ${minScore}`)
    else if (mean < minScore) open.push(`mean score ${shown} is below ${minScore} while verdicts are unknown`)
    else if (worst < minScore)
      open.push(`mean score ${shown} could fall below ${minScore} by verdicts that are unknown`)
  }
  const nUnknown = answers.reduce((sum, answer) => sum + answer.nUnknown, 0)
  if (nUnknown > 0 && !allowUnknown) open.push(`${nUnknown} ${nUnknown === 1 ? 'verdict is' : 'verdicts are'} unknown`)
  if (failures.length > 0) return { outcome: 'fail', reasons: failures }
  return open.length > 0 ? { outcome: 'open', reasons: open } : { outcome: 'pass', reasons: [] }
}

/** The score if every unknown verdict turned out well. */
const bestScore = (answer: ScoredAnswer): number => hoped(answer, (points) => points > 0)

/** The score if every unknown verdict turned out badly. */
const worstScore = (answer: ScoredAnswer): number => hoped(answer, (points) => points < 0)

function hoped({ criteria, possible, earned }: ScoredAnswer, isMet: (points: number) => boolean): number {
  if (possible === 0) return 0
  const more = criteria.reduce((sum, { met, points }) => sum + (met === null && isMet(points) ? points : 0), 0)
  return (earned + more) / possible
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** As many digits as tell it from the bound. */
function figure(value: number, bound: number): string {
  for (let digits = 3; digits < 12; digits++) if (Number(value.toFixed(digits)) !== bound) return value.toFixed(digits)
  return String(value)
}
