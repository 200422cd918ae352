import { closest, distance } from 'fastest-levenshtein'
import { z } from 'zod'
import { checkValue, rubricSchema } from '../../rubrics/index.ts'
import { UsageError } from '../errors.ts'
import type { ContentPart } from '../prompts/message.ts'
import { askFields } from '../tasks/index.ts'
import { type Asking, askSample } from './askSample.ts'
import { locateAudio, resolveClip } from './audioLocation.ts'
import { resolveRubricName } from './rubricStore.ts'
import type { Sample } from './sample.ts'

/** Why a row is no sample; the reader puts file and line in front. */
export class InvalidSample extends Error {
  override name = 'InvalidSample'
}

const textPart = z.strictObject({ type: z.literal('text'), text: z.string() })

const audioPart = z
  .looseObject({ type: z.enum(['audio', 'input_audio', 'audio_url']) })
  .transform((part, context): { type: 'audio'; path: string } => {
    const located = locateAudio(part)
    if ('place' in located) return { type: 'audio', path: located.place }
    context.issues.push({ code: 'custom', message: located.problem, input: part })
    return z.NEVER
  })

const message = z.strictObject({
  role: z.enum(['system', 'user', 'assistant']),
  content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, audioPart]))]),
})

/** One line of a data file (design.md §6); `null` stands for a column without a value. */
export const sampleSchema = z.strictObject({
  id: z
    .union([z.string().min(1), z.number()])
    .nullish()
    .describe('names the sample in rollouts and reports; file and line when left out'),
  messages: z
    .array(message)
    .min(1)
    .refine((messages) => messages.some(({ role }) => role === 'user'), { error: 'no turn has the role "user".' })
    .describe('the conversation in the Hugging Face chat form; a last assistant turn is the answer to learn'),
  rubric: z
    .union([z.string().min(1), rubricSchema])
    .nullish()
    .describe('name or path of a rubric, or a rubric'),
  task: askFields
    .nullish()
    .describe('what is asked of the clip, in words or tags as the recipe says; docs/tasks.md has the list'),
  reference: z
    .union([z.string(), z.array(z.string()).min(1)])
    .nullish()
    .describe('what a judge may know of the truth: a transcript, a label, an answer; a list where several are right'),
  tags: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .nullish()
    .describe('groups the sample is reported under'),
})

const KEYS = Object.keys(sampleSchema.shape)

/** Columns in which other tools hold clips or prompts: to pass them over would train on silence. */
const FOREIGN: Readonly<Record<string, string>> = {
  audios: 'ms-swift and LLaMA-Factory',
  audio: 'Hugging Face audio columns',
  audio_path: 'R1-AQA',
  prompt: 'TRL and verl',
}

export interface ParseContext extends Asking {
  /** Folder that relative paths of clips and rubrics are resolved against. */
  readonly folder: string
  /** Id of a sample that names none. */
  readonly id: string
  /** Told of every column that is not ours; it is left out. */
  readonly onIgnored?: (key: string) => void
}

/**
 * The sample in a parsed row. Audio parts are read as Hugging Face data sets (`path`, `url`, `audio_url`, `audio`,
 * `data`) and OpenAI's API (`input_audio`) write them.
 *
 * A line that names a task is asked it; see `askSample`.
 *
 * @throws InvalidSample naming the field, what it holds and what would be right
 */
export function parseSample(row: unknown, { folder, id, onIgnored, ...asking }: ParseContext): Sample {
  const checked = checkValue(sampleSchema, ownColumns(row, onIgnored))
  if (!checked.ok) throw new InvalidSample(checked.problems.join(' '))
  const { messages, rubric, reference, tags, task } = checked.value
  const references = [reference ?? []].flat()
  const absolute = (part: ContentPart): ContentPart =>
    part.type === 'audio' ? { type: 'audio', path: resolveClip(part.path, folder) } : part
  const sample: Sample = {
    id: String(checked.value.id ?? id),
    messages: messages.map(({ role, content }) => ({
      role,
      content: typeof content === 'string' ? content : content.map(absolute),
    })),
    ...(rubric ? { rubric: typeof rubric === 'string' ? resolveRubricName(rubric, folder) : rubric } : {}),
    ...(references.join('') === '' ? {} : { reference: references.join('\n') }),
    ...(tags ? { tags: Object.fromEntries(Object.entries(tags).map(([key, tag]) => [key, String(tag)])) } : {}),
  }
  if (task === null || task === undefined) return sample
  try {
    return askSample(sample, task, references, asking)
  } catch (error) {
    throw error instanceof UsageError ? new InvalidSample(`task: ${error.message.replace(/^task /, '')}`) : error
  }
}

/** The row without columns that nobody meant for us; one that looks like a slip stays, for the schema to refuse. */
function ownColumns(row: unknown, onIgnored: ParseContext['onIgnored']): unknown {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return row
  return Object.fromEntries(
    Object.entries(row).filter(([key]) => {
      if (KEYS.includes(key)) return true
      if (key in FOREIGN) {
        throw new InvalidSample(
          `${key}: the form of ${FOREIGN[key]} is not read. Put clips and words into "messages", as parts ` +
            '{"type": "audio", "path": …} and {"type": "text", "text": …}.',
        )
      }
      if (distance(key.toLowerCase(), closest(key.toLowerCase(), KEYS)) <= (key.length > 4 ? 2 : 1)) return true
      onIgnored?.(key)
      return false
    }),
  )
}
