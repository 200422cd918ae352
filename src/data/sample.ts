import type { Rubric } from '../../rubrics/index.ts'
import type { Message } from '../prompts/message.ts'
import type { Asked } from '../tasks/index.ts'

/** One line of a data file: what is heard and asked, what a good answer is, and perhaps the answer itself. */
export interface Sample {
  readonly id: string
  /** Clips are absolute paths, data URLs or http(s) URLs. */
  readonly messages: readonly Message[]
  /** Name or path of a rubric, or the rubric itself. */
  readonly rubric?: string | Rubric
  /** What a judge may know of the truth: a transcript, a label, a model answer. */
  readonly reference?: string
  /** Its task and the right answers, where the line names a task. */
  readonly asked?: Asked
  readonly tags?: Readonly<Record<string, string>>
}

/** Whether the sample holds the answer to learn: its last turn is the assistant's. */
export const hasAnswer = ({ messages }: Sample): boolean => messages.at(-1)?.role === 'assistant'

/** The conversation up to the answer: the messages without a last assistant turn. */
export const promptMessages = (sample: Sample): readonly Message[] =>
  hasAnswer(sample) ? sample.messages.slice(0, -1) : sample.messages
