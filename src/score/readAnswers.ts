import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { checkValue } from '../../rubrics/index.ts'
import { resolveClip } from '../data/index.ts'
import { jsonLines } from '../data/lines.ts'
import { InvalidSample, parseSample } from '../data/parseSample.ts'
import { isMissingFile, shortPath, UsageError } from '../errors.ts'
import type { Message } from '../prompts/message.ts'
import type { AnswerToScore } from './answer.ts'

/** What a line holds beside a sample's own keys. `completion`, `sample_id` and `prompt` are what `rubato eval` writes. */
const extras = {
  answer: z
    .union([z.string(), z.strictObject({ text: z.string().optional(), audio: z.string().optional() })])
    .nullish(),
  completion: z.string().nullish(),
  prompt: z.string().nullish(),
  sample_id: z.union([z.string(), z.number()]).nullish(),
}
const extrasSchema = z.object(extras)

/** Keys of `rubato eval --answers` that are known and say nothing to a new scoring. */
const PASSED_OVER = ['control', 'scaffold', 'verdicts', 'score', 'audio']

export interface AnswersRead {
  readonly answers: readonly AnswerToScore[]
  /** Columns that are not read, with the number of lines that had them. */
  readonly ignored: Readonly<Record<string, number>>
}

/**
 * Answers of a JSON-lines file, one a line: the answer is `answer` (a text, or `{text, audio}`), `completion`, or the
 * last assistant turn of `messages`; `id`, `messages`, `rubric` and `reference` as in a data file. Paths are relative
 * to the file.
 *
 * @throws UsageError with file and line at a line that is no answer
 */
export async function readAnswers(file: string): Promise<AnswersRead> {
  const folder = path.dirname(path.resolve(file))
  const answers: AnswerToScore[] = []
  const ignored: Record<string, number> = {}
  for await (const row of jsonLines(file)) {
    try {
      if ('problem' in row) throw new InvalidSample(row.problem)
      answers.push(
        answerOf(row.value, folder, `${path.basename(file)}:${row.line}`, (key) => {
          ignored[key] = (ignored[key] ?? 0) + 1
        }),
      )
    } catch (error) {
      if (!(error instanceof InvalidSample)) throw error
      throw new UsageError(`${shortPath(file)}:${row.line} ${error.message}`)
    }
  }
  if (answers.length === 0) throw new UsageError(`${shortPath(file)}: no answers.`)
  return { answers, ignored }
}

/** A single answer in a file: its text, or a recording. */
export async function readAnswer(file: string): Promise<AnswerToScore> {
  const id = path.basename(file)
  if (!/\.(txt|md)$/i.test(file)) return { id, recording: resolveClip(file, '.') }
  try {
    return { id, text: await readFile(file, 'utf8') }
  } catch (error) {
    throw isMissingFile(error) ? new UsageError(`${shortPath(file)}: no such file.`) : error
  }
}

function answerOf(row: unknown, folder: string, id: string, onIgnored: (key: string) => void): AnswerToScore {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) throw new InvalidSample('expected a mapping.')
  const own = row as Record<string, unknown>
  const checked = checkValue(extrasSchema, own)
  if (!checked.ok) throw new InvalidSample(checked.problems.join(' '))
  const { answer, completion, prompt, sample_id } = checked.value
  const rest = Object.fromEntries(Object.entries(own).filter(([key]) => !(key in extras) && !PASSED_OVER.includes(key)))
  // A line without a conversation is an answer to nothing that is known; a sample must have one.
  const asked = prompt ?? ''
  const messages = rest.messages ?? [{ role: 'user', content: asked }]
  const sample = parseSample({ ...rest, id: rest.id ?? sample_id, messages }, { folder, id, onIgnored })
  const { conversation, last } = split(sample.messages)
  const given =
    typeof answer === 'string' ? { text: answer } : (answer ?? (completion == null ? last : { text: completion }))
  if (given === undefined || (given.text === undefined && given.audio === undefined)) {
    throw new InvalidSample(
      'no answer. Write "answer": a text or {"text", "audio"}, or end "messages" with the assistant.',
    )
  }
  return {
    id: sample.id,
    messages: rest.messages === undefined && asked === '' ? [] : conversation,
    ...(given.text === undefined ? {} : { text: given.text }),
    ...(given.audio === undefined ? {} : { recording: resolveClip(given.audio, folder) }),
    ...(sample.reference === undefined ? {} : { reference: sample.reference }),
    ...(sample.rubric === undefined ? {} : { rubric: sample.rubric }),
  }
}

/** The conversation and the answer in its last turn, where that is the assistant's. */
function split(messages: readonly Message[]): {
  conversation: readonly Message[]
  last?: { text?: string; audio?: string }
} {
  const turn = messages.at(-1)
  if (turn?.role !== 'assistant') return { conversation: messages }
  const conversation = messages.slice(0, -1)
  if (typeof turn.content === 'string') return { conversation, last: { text: turn.content } }
  const text = turn.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(' ')
  const audio = turn.content.find((part) => part.type === 'audio')
  return {
    conversation,
    last: { ...(text === '' ? {} : { text }), ...(audio?.type === 'audio' ? { audio: audio.path } : {}) },
  }
}
