import { expect } from 'vitest'
import type { Rubric } from '../../rubrics/index.ts'
import type { AnswerToScore } from './answer.ts'
import { type Demand, outcomeOf } from './demand.ts'
import { isGood, outcomeWord, reasonText, signed } from './format/words.ts'
import { type ScoreOptions, scoreAnswer } from './scoreAnswer.ts'

export interface MeetRubricOptions extends Demand, ScoreOptions {}

interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
}

/**
 * `await expect(answer).toMeetRubric(rubric)`: the answer is a text or an `AnswerToScore`; the rubric one of the library,
 * a file, or a `Rubric`. Without options every criterion must turn out well: the positive ones met, the negative ones
 * not. `minScore` and `require` ask for these instead. A verdict that is unknown and on which the outcome depends fails the
 * test, with `.not` too: nothing was shown.
 *
 * @example
 * import 'rubato/vitest'
 * await expect('It is half past nine.').toMeetRubric('voice-assistant', { judge, minScore: 0.8 })
 */
export async function toMeetRubric(
  received: string | AnswerToScore,
  rubric: string | Rubric,
  options: MeetRubricOptions = {},
): Promise<MatcherResult> {
  const scored = await scoreAnswer(received, rubric, options)
  const { minScore, require } = options
  const asked = minScore !== undefined || require !== undefined
  const all = scored.criteria.map(({ id }) => id)
  const demand: Demand = asked ? { allowUnknown: true, ...options } : { require: all }
  const { outcome, reasons } = outcomeOf([scored], demand)
  const lines = scored.criteria.map((criterion) => {
    const mark = { true: '✓', false: '✗', null: '?' }[String(isGood(criterion)) as 'true']
    return `  ${mark} ${criterion.id} (${signed(criterion.points)}) ${outcomeWord(criterion)}: ${reasonText(criterion)}`
  })
  const message = (wanted: string) =>
    [
      `expected the answer ${wanted} rubric ${scored.rubric}; it scores ${scored.score.toFixed(3)}`,
      ...lines,
      ...reasons,
    ].join('\n')
  // An open outcome is neither: what is not known must let no test pass, negated or not.
  if (outcome === 'open') throw new Error(message('to be judged by'))
  return { pass: outcome === 'pass', message: () => message(outcome === 'pass' ? 'not to meet' : 'to meet') }
}

expect.extend({ toMeetRubric })

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: it must be declared as vitest declares it
  interface Matchers<T = any> {
    /** See `rubato/vitest`. */
    toMeetRubric(rubric: string | Rubric, options?: MeetRubricOptions): Promise<void>
  }
}
