import type { Evaluation } from './readRun.ts'
import type { AnswerRecord, CriterionRecord, RolloutRecord } from './records.ts'

/** Finds the text and points of a criterion by the id in a verdict. */
export type FindCriterion = (record: AnswerRecord | RolloutRecord, criterionId: string) => CriterionRecord | undefined

/**
 * Answers carry their rubric, rollouts often only ids. An id that means the same in every rubric of the run is resolved
 * from there; an id with two meanings stays an id.
 */
export function criteriaIndex(evaluations: readonly Evaluation[]): FindCriterion {
  const known = new Map<string, CriterionRecord | undefined>()
  for (const answer of evaluations.flatMap((evaluation) => evaluation.answers)) {
    for (const criterion of criteriaOf(answer)) {
      const earlier = known.get(criterion.id)
      const same = earlier?.criterion === criterion.criterion && earlier.points === criterion.points
      known.set(criterion.id, !known.has(criterion.id) || same ? criterion : undefined)
    }
  }
  return (record, id) => criteriaOf(record).find((criterion) => criterion.id === id) ?? known.get(id)
}

/** The criteria written out in a record; none when it only names its rubric. */
export function criteriaOf({ rubric }: AnswerRecord | RolloutRecord): CriterionRecord[] {
  return rubric == null || typeof rubric === 'string' ? [] : rubric.criteria
}
