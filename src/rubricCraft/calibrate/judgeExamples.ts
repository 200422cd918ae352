import type { Rubric, RubricExample } from '../../../rubrics/index.ts'
import type { Judge } from '../../judge/index.ts'
import type { Judgement } from './judgement.ts'

/**
 * Has a judge decide examples that a person has labelled: every criterion that no verifier decides, `repeats` times.
 * Where the judge takes all criteria in one call, their places are kept, for the position bias.
 *
 * @throws what the judge throws
 */
export async function judgeExamples(
  judge: Judge,
  rubric: Rubric,
  examples: readonly RubricExample[],
  options: { repeats: number; together: boolean; signal?: AbortSignal },
): Promise<Judgement[]> {
  const { repeats, together, signal } = options
  const criteria = rubric.criteria.filter(({ verify }) => verify === undefined)
  const calls = examples.flatMap((example) => Array.from({ length: repeats }, (_, repeat) => ({ example, repeat })))
  const judged = await Promise.all(
    calls.map(async ({ example: { id, question, answer, met }, repeat }) => {
      const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text: question }] }]
      const task = { messages, answer: { text: answer.text }, criteria, repeat }
      const verdicts = await judge.judge(task, signal ? { signal } : {})
      const words = answer.text.split(/\s+/).filter(Boolean).length
      return verdicts.map(
        (verdict, position): Judgement => ({
          answer: id,
          criterion: verdict.criterionId,
          human: met.includes(verdict.criterionId),
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
