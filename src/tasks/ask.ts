import { z } from 'zod'
import { unknownName } from '../../rubrics/index.ts'
import { UsageError } from '../errors.ts'
import { AUDIO_LANGUAGES, LANGUAGES } from '../tags/index.ts'
import { tasks } from './list.ts'
import type { Ask, Task } from './task.ts'

export type { Ask } from './task.ts'

/** The key `task` of a line of data: a name, or a name with what it asks. */
export const askFields = z.union([
  z.string().min(1),
  z.strictObject({
    name: z.string().min(1).describe('one of docs/tasks.md'),
    audio_language: z.enum(AUDIO_LANGUAGES).optional().describe('spoken in the clip; unknown where nobody speaks'),
    text_language: z.enum(LANGUAGES).optional().describe('language of the answer'),
    style: z.string().optional().describe('one of the styles of the task'),
    question: z.string().min(1).optional().describe('what is asked; task question'),
    choices: z.array(z.string().min(1)).min(2).optional().describe('answers to choose from; task question'),
    phrase: z.string().min(1).optional().describe('what is looked for; task grounding'),
  }),
])
export type AskFields = z.output<typeof askFields>

/** The task of that name. @throws UsageError, suggesting the nearest */
export function taskNamed(name: string): Task {
  const found = tasks.find((task) => task.name === name)
  if (found) return found
  throw new UsageError(
    unknownName(
      `task "${name}"`,
      name,
      tasks.map((task) => task.name),
    ),
  )
}

/**
 * What a line asks, with the task's defaults filled in. Speech that is transcribed is in the language of the text
 * unless both are named.
 *
 * @throws UsageError for an unknown task or style, and for a task that lacks what it needs
 */
export function askOf(fields: AskFields): Ask {
  const given = typeof fields === 'string' ? { name: fields } : fields
  const task = taskNamed(given.name)
  const { style, audio_language, text_language, question, choices, phrase } = given as Exclude<AskFields, string>
  if (style !== undefined && !task.styles?.includes(style)) {
    const known = task.styles ? `It has ${task.styles.join(', ')}.` : 'It has none: leave style out.'
    throw new UsageError(`task ${task.name}: no style "${style}". ${known}`)
  }
  const lacking = (task.needs ?? []).find((key) => given[key as keyof typeof given] === undefined)
  if (lacking)
    throw new UsageError(`task ${task.name}: ${lacking} is missing. Write {name: ${task.name}, ${lacking}: …}.`)
  const isSame = task.languages.audio === task.languages.text
  const spoken = audio_language !== undefined && audio_language !== 'unknown' ? audio_language : undefined
  return {
    name: task.name,
    audioLanguage: audio_language ?? (isSame ? text_language : undefined) ?? task.languages.audio,
    textLanguage: text_language ?? (isSame ? spoken : undefined) ?? task.languages.text,
    ...(task.styles ? { style: style ?? task.styles[0] } : {}),
    ...(question === undefined ? {} : { question }),
    ...(choices === undefined ? {} : { choices }),
    ...(phrase === undefined ? {} : { phrase }),
  }
}
