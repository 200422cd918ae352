import { type Rubric, ruleOf, scoreVerdicts, type Verdict, verifyCriterion } from '../../rubrics/index.ts'
import type { Judge } from '../judge/judge.ts'
import { rubricMention } from '../judge/mention.ts'
import type { Message } from '../prompts/message.ts'

/** Who decides what no verifier does, while a model is trained or evaluated. */
export interface AnswerJudge {
  readonly judge: Judge
  /** Whether an answer that talks about its rubric or its judge meets no criterion that earns points. */
  readonly failRubricMentions: boolean
}

export interface JudgedText {
  /** One a criterion, in the rubric's order. */
  readonly verdicts: Verdict[]
  /** Points earned by points to be had; unknown verdicts are worth 0. */
  readonly score: number
}

/** What is judged: the rubric, and the prompt as it was asked without scaffold. */
export interface Judgeable {
  readonly messages: readonly Message[]
  readonly rubric: Rubric
  /** What is known of the truth; shown to the judge. */
  readonly reference?: string
}

/** Verdicts of a rubric's verifiers alone: criteria without one are unknown. */
export function judgeByVerifiers(rubric: Rubric, text: string): JudgedText {
  const verdicts = rubric.criteria.map((criterion) => verifyCriterion(criterion, { text }))
  return { verdicts, score: scoreVerdicts(rubric, verdicts).score }
}

/**
 * Verdicts on an answer: of the verifiers where a criterion names one, else of the judge.
 *
 * @throws JudgeError and BudgetSpent as the judge does; `signal.reason` when aborted
 */
export async function judgeAnswer(
  { messages, rubric, reference }: Judgeable,
  text: string,
  { judge, failRubricMentions }: AnswerJudge,
  signal?: AbortSignal,
): Promise<JudgedText> {
  const { verdicts: verified } = judgeByVerifiers(rubric, text)
  const mention = failRubricMentions ? rubricMention(text, rubric.criteria) : null
  const failed = (i: number) => mention !== null && rubric.criteria[i]!.points > 0
  const toJudge = rubric.criteria.filter(
    (criterion, i) => criterion.verify === undefined && ruleOf(criterion) === null && !failed(i),
  )
  const task = { messages, answer: { text }, criteria: toJudge, ...(reference === undefined ? {} : { reference }) }
  const judged = new Map(
    (await judge.judge(task, signal === undefined ? {} : { signal })).map(({ criterionId, met, reason }) => [
      criterionId,
      { criterionId, met, reason },
    ]),
  )
  const verdicts = verified.map((verdict, i): Verdict => {
    if (!failed(i)) return judged.get(verdict.criterionId) ?? verdict
    const reason = `the answer talks about its rubric or its judge: “${mention!.text}”`
    return { criterionId: verdict.criterionId, met: false, reason }
  })
  return { verdicts, score: scoreVerdicts(rubric, verdicts).score }
}

/**
 * All results, once every one has settled: what is under way when one fails has been paid for and is kept.
 *
 * @throws the first failure
 */
export async function allOf<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}
