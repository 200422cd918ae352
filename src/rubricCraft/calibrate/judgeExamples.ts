import { type Rubric, type RubricExample, verifyCriterion } from '../../../rubrics/index.ts'
import type { Judge } from '../../judge/index.ts'
import type { Judgement } from './judgement.ts'

/** Whose labels a judge is held against: those of people, or the verdicts of verifiers where these decide. */
export type Against = 'people' | 'verifiers'

/**
 * Has a judge decide examples that a person has labelled: every criterion that no verifier decides, `repeats` times. Or,
 * against verifiers, every criterion that one decides from the words alone; its verdict stands as the label then.
 * Where the judge takes all criteria in one call, their places are kept, for the position bias.
 *
 * @throws what the judge throws
 */
export async function judgeExamples(
  judge: Judge,
  rubric: Rubric,
  examples: readonly RubricExample[],
  options: { repeats: number; together: boolean; against?: Against; signal?: AbortSignal },
): Promise<Judgement[]> {
  const { repeats, together, against = 'people', signal } = options
  const criteria = rubric.criteria.filter(({ verify }) => (verify === undefined) === (against === 'people'))
  const calls = examples.flatMap((example) => Array.from({ length: repeats }, (_, repeat) => ({ example, repeat })))
  const judged = await Promise.all(
    calls.map(async ({ example: { id, question, answer, met }, repeat }) => {
      const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text: question }] }]
      const labels = new Map(
        criteria.map((criterion) => {
          const { text } = answer
          const label = against === 'people' ? met.includes(criterion.id) : verifyCriterion(criterion, { text }).met
          return [criterion.id, label]
        }),
      )
      const asked = criteria.filter((criterion) => labels.get(criterion.id) !== null)
      const task = { messages, answer: { text: answer.text }, criteria: asked, repeat }
      const verdicts = await judge.judge(task, signal ? { signal } : {})
      const words = answer.text.split(/\s+/).filter(Boolean).length
      return verdicts.map(
        (verdict, position): Judgement => ({
          answer: id,
          criterion: verdict.criterionId,
          human: labels.get(verdict.criterionId)!,
          judge: verdict.met,
          repeat,
          words,
          ...(together && { position }),
        }),
      )
    }),
  )
  return judged.flat()
}
