import type { Rubric } from '../../rubrics/index.ts'
import type { Evidence } from '../judge/judge.ts'
import type { Message } from '../prompts/message.ts'

/** An answer to be scored: what was said, in words, in sound or in both, and what it answers. */
export interface AnswerToScore {
  /** Names it in reports, and pairs it with the answer of another system (`answer`). */
  readonly id?: string
  /** The conversation up to the answer. */
  readonly messages?: readonly Message[]
  /** What was written, or the transcript of what was said. */
  readonly text?: string
  /** The spoken answer: a path, a data URL or an http(s) URL. */
  readonly recording?: string
  /** What is known of the truth; judges see it, and the word error rate is taken against it. */
  readonly reference?: string
  /** Name or path of a rubric, or a rubric; before the one that is given for all. */
  readonly rubric?: string | Rubric
}

/** Who decided: nobody where the criterion needs a judge and there is none. */
export type DecidedBy = 'verifier' | 'judge' | 'nobody'

export interface ScoredCriterion {
  readonly id: string
  readonly criterion: string
  readonly points: number
  /** null is unknown: worth 0, and counted. */
  readonly met: boolean | null
  readonly reason: string
  readonly decidedBy: DecidedBy
  /** The words of the answer, or the time in the recording, that decide. */
  readonly evidence?: readonly Evidence[]
}

export interface ScoredAnswer {
  readonly id: string
  /** earned / possible, not clipped (docs/rubrics.md). */
  readonly score: number
  readonly earned: number
  readonly possible: number
  readonly nUnknown: number
  readonly criteria: readonly ScoredCriterion[]
  readonly rubric: string
  readonly messages: readonly Message[]
  readonly text?: string
  readonly recording?: string
  readonly durationSeconds?: number
  /** What could not be done with this answer, such as decoding its recording. */
  readonly problems: readonly string[]
}
