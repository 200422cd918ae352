import { RubricError } from './rubricError.ts'
import type { Criterion, Rubric } from './schema.ts'
import type { Verdict } from './verify.ts'

export interface Score {
  /** earned / possible; not clipped, below 0 when penalties dominate. */
  readonly score: number
  readonly earned: number
  readonly possible: number
  /** Criteria whose verdict is unknown or absent; each is worth 0. */
  readonly nUnknown: number
}

/**
 * Score of one answer: points of the criteria met, negative ones included, over the sum of the positive points
 * (papers.md §1.2).
 *
 *   S = Σᵢ bᵢ·pᵢ / Σ_{pⱼ>0} pⱼ;    0 when no criterion has positive points
 *
 * @throws RubricError for a verdict on a criterion the rubric lacks, and for two verdicts on one
 */
export function scoreVerdicts(rubric: Rubric, verdicts: readonly Verdict[]): Score {
  return scoreCriteria(rubric.criteria, byCriterion(rubric, verdicts))
}

export function scoreCriteria(criteria: readonly Criterion[], verdicts: ReadonlyMap<string, Verdict>): Score {
  let earned = 0
  let possible = 0
  let nUnknown = 0
  for (const { id, points } of criteria) {
    const met = verdicts.get(id)?.met ?? null
    if (met === null) nUnknown++
    if (met) earned += points
    if (points > 0) possible += points
  }
  return { score: possible === 0 ? 0 : earned / possible, earned, possible, nUnknown }
}

export function byCriterion(rubric: Rubric, verdicts: readonly Verdict[]): Map<string, Verdict> {
  const ids = new Set(rubric.criteria.map(({ id }) => id))
  const found = new Map<string, Verdict>()
  for (const verdict of verdicts) {
    if (!ids.has(verdict.criterionId)) {
      throw new RubricError(
        `rubric ${rubric.name}: verdict on "${verdict.criterionId}", which is none of its criteria.`,
      )
    }
    if (found.has(verdict.criterionId)) {
      throw new RubricError(`rubric ${rubric.name}: two verdicts on "${verdict.criterionId}". Give one a criterion.`)
    }
    found.set(verdict.criterionId, verdict)
  }
  return found
}
