import path from 'node:path'
import { z } from 'zod'
import { criterionId, type Rubric } from '../../rubrics/index.ts'
import type { Sample } from '../data/sample.ts'
import { UsageError } from '../errors.ts'
import type { Message } from '../prompts/message.ts'
import { groupBy, meanOf, readRows } from './rows.ts'

const TURNS = 8

/** A row of ScaleAI/audiomc as JSON: `user_turn_k_audio` is a path, or an object that has one. */
const audioSchema = z
  .union([z.string(), z.looseObject({ path: z.string() })])
  .transform((audio) => (typeof audio === 'string' ? audio : audio.path))
const turnFields = Object.fromEntries(
  Array.from({ length: TURNS }, (_, i) => i + 1).flatMap((k) => [
    [`user_turn_${k}_audio`, audioSchema.nullish()],
    [`user_turn_${k}_transcript`, z.string().nullish()],
    [`assistant_turn_${k}_transcript`, z.string().nullish()],
  ]),
)
const rowSchema = z
  .looseObject({
    id: z.string(),
    axis: z.string(),
    rubric: z.union([z.string().min(1), z.array(z.unknown()).min(1)]),
  })
  .extend(turnFields as Record<never, never>) // read by name below

/**
 * The conversations of Audio MultiChallenge (arXiv 2512.14865) as samples: user turns are heard, or read where a row has
 * no sound; earlier assistant turns are the data's own; the last user turn is to be answered. No system turn.
 *
 * The data's own files are Parquet: export them as JSON lines beside their clips. `rubric` may be a list of texts, such a
 * list as JSON text, or one criterion a line.
 *
 * @throws UsageError naming the row and field that is no row of this data
 */
export function readAudioMultiChallenge(file: string): Sample[] {
  const folder = path.dirname(path.resolve(file))
  return readRows(file, rowSchema).map((row) => {
    const turns = Array.from({ length: TURNS }, (_, i) => {
      const field = (name: string) => (row as Readonly<Record<string, unknown>>)[name] as string | null | undefined
      return {
        audio: field(`user_turn_${i + 1}_audio`),
        transcript: field(`user_turn_${i + 1}_transcript`),
        answer: field(`assistant_turn_${i + 1}_transcript`),
      }
    }).filter(({ audio, transcript }) => audio || transcript)
    const messages = turns.flatMap(({ audio, transcript, answer }, i): Message[] => [
      {
        role: 'user',
        content: audio ? [{ type: 'audio', path: path.resolve(folder, audio) }] : transcript!,
      },
      ...(answer && i < turns.length - 1 ? [{ role: 'assistant' as const, content: answer }] : []),
    ])
    return { id: row.id, messages, rubric: rubricOf(row.id, row.rubric), tags: { axis: row.axis } }
  })
}

/** Every criterion is worth 1 point: an answer passes when all are met. */
function rubricOf(name: string, given: string | readonly unknown[]): Rubric {
  const texts = criteriaOf(given)
  return {
    name,
    criteria: texts.map((criterion, i) => ({ id: `${criterionId(criterion)}-${i + 1}`, criterion, points: 1 })),
  }
}

function criteriaOf(given: string | readonly unknown[]): string[] {
  if (typeof given !== 'string') return given.map(textOf)
  try {
    const parsed: unknown = JSON.parse(given)
    if (Array.isArray(parsed)) return parsed.map(textOf)
  } catch {
    // not JSON: one criterion a line
  }
  return given
    .split('\n')
    .map((line) => line.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, '').trim())
    .filter((line) => line !== '')
}

/** The text of a criterion that is an object: its only text, or the one under a name that says so. */
function textOf(item: unknown): string {
  if (typeof item === 'string') return item
  const { criterion, rubric, rubric_item, text } = (item ?? {}) as Readonly<Record<string, unknown>>
  const found = [criterion, rubric, rubric_item, text].find((value) => typeof value === 'string')
  return typeof found === 'string' ? found : JSON.stringify(item)
}

/** A judged answer: what was decided of each criterion; null is unknown, and is not met. */
export interface ChallengeAnswer {
  readonly id: string
  readonly axis: string
  readonly met: readonly (boolean | null)[]
}

export interface ChallengeScore {
  /** Share of answers of which every criterion is met (APR); null of none. */
  readonly passRate: number | null
  /** Mean share of criteria met (ARS). */
  readonly rubricScore: number | null
  readonly n: number
  readonly nUnknown: number
}

/**
 * The two scores of Audio MultiChallenge, in all and by axis. The board shows the first.
 *
 * @throws UsageError naming an answer without a verdict
 */
export function scoreAudioMultiChallenge(
  answers: readonly ChallengeAnswer[],
): ChallengeScore & { readonly byAxis: ReadonlyMap<string, ChallengeScore> } {
  const byAxis = groupBy(answers, ({ axis }) => axis)
  return { ...scoreOf(answers), byAxis: new Map([...byAxis].map(([axis, own]) => [axis, scoreOf(own)])) }
}

function scoreOf(answers: readonly ChallengeAnswer[]): ChallengeScore {
  const shares = answers.map(({ id, met }) => {
    if (met.length === 0) throw new UsageError(`"${id}": no criterion was decided. Give one verdict a criterion.`)
    return met.filter((one) => one === true).length / met.length
  })
  return {
    passRate: meanOf(shares.map((share) => Number(share === 1))),
    rubricScore: meanOf(shares),
    n: answers.length,
    nUnknown: answers.reduce((sum, { met }) => sum + met.filter((one) => one === null).length, 0),
  }
}

const judgedSchema = z
  .looseObject({
    id: z.string(),
    axis: z.string(),
    rubric_results: z.array(z.looseObject({ criteria_met: z.boolean().nullable() })).min(1),
  })
  .transform(({ id, axis, rubric_results }) => ({ id, axis, met: rubric_results.map((result) => result.criteria_met) }))

/** Judged answers as JSON lines: `{id, axis, rubric_results: [{criteria_met}]}`. @throws UsageError */
export const readJudgedChallenge = (file: string): ChallengeAnswer[] => readRows(file, judgedSchema)
