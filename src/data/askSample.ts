import type { ContentPart, Message } from '../prompts/message.ts'
import { seededRandom } from '../random.ts'
import { type AskFields, askOf, type PromptStyle, promptOf, promptStyleFields, taskNamed } from '../tasks/index.ts'
import type { Sample } from './sample.ts'

export interface Asking {
  /** How tasks are asked: in words for training, in English, unless told otherwise. */
  readonly prompts?: PromptStyle
  /** Draws wordings, with the sample's id (0). */
  readonly seed?: number | string
}

export const defaultPrompts: PromptStyle = promptStyleFields.parse({})

/**
 * A sample with the words or tags of its task after the clips of its last user turn, its answer as the task has it
 * written, and the task's rubric where it has none of its own. A turn that asks in words already keeps them: the task then
 * says only what the answer is measured by.
 *
 * @param references right answers; the sample's own when there are none
 * @throws UsageError for a task that is unknown or lacks something, and for an answer that is not of its form
 */
export function askSample(
  sample: Sample,
  fields: AskFields,
  references: readonly string[],
  { prompts = defaultPrompts, seed = 0 }: Asking = {},
): Sample {
  const ask = askOf(fields)
  const task = taskNamed(ask.name)
  const target = task.target ?? ((answer: string) => answer)
  const random = seededRandom(seed).child(`prompt/${sample.id}`)
  const last = sample.messages.at(-1)
  const answer = last?.role === 'assistant' ? target(textOf(last)) : undefined
  const asked = sample.messages.findLastIndex(({ role }) => role === 'user')
  const messages = sample.messages.map((message, i): Message => {
    if (i === asked && textOf(message).trim() === '') return withText(message, promptOf(task, ask, prompts, random))
    return answer !== undefined && message === last ? { role: 'assistant', content: answer } : message
  })
  const right = references.length > 0 ? references.map(target) : answer === undefined ? [] : [answer]
  const rubric = sample.rubric ?? (right.length > 0 ? task.rubric(right, ask) : undefined)
  return {
    ...sample,
    messages,
    asked: { task: task.name, references: right, language: ask.textLanguage },
    ...(rubric === undefined ? {} : { rubric }),
  }
}

const textOf = ({ content }: Message): string =>
  typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join('')

function withText({ role, content }: Message, text: string): Message {
  if (text === '') return { role, content }
  if (typeof content === 'string') return { role, content: text }
  const clips = content.filter((part): part is ContentPart => part.type === 'audio')
  return { role, content: [...clips, { type: 'text', text }] }
}
