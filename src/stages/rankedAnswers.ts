import { InvalidSample, type ParseContext, parseSample } from '../data/parseSample.ts'
import { shortPath } from '../errors.ts'
import type { Message } from '../prompts/message.ts'
import { comparedRows } from './comparedRows.ts'
import { hearsClip, parsePair } from './preferencePairs.ts'

/** One answer of a ranking. */
export interface RankedAnswer {
  /** Prompt and answer. */
  readonly messages: readonly Message[]
  /** Higher is better; equal ones are not compared. */
  readonly order: number
  /** What somebody gave it, on a scale of their own; null where only the order is known. */
  readonly score: number | null
}

/** A prompt and its answers. */
export interface RankedAnswers {
  readonly id: string
  readonly answers: readonly RankedAnswer[]
}

/** Names of the two scores of a pair: ours, and those of HuggingFaceH4/ultrafeedback_binarized. */
const PAIR_SCORES = [
  ['chosen_score', 'rejected_score'],
  ['score_chosen', 'score_rejected'],
] as const

/** What may rank an answer of a list, and what it says: how high it stands, and its absolute score. */
const RANKS = {
  score: { expected: 'a number', order: (value: unknown) => finite(value), absolute: true },
  rank: { expected: 'a whole number from 1, the best', order: (value: unknown) => -count(value), absolute: false },
  correct: { expected: 'true or false', order: (value: unknown) => truth(value), absolute: false },
} as const

/**
 * The ranking in a parsed row: a pair as a preference stage reads it, which may carry `chosen_score` and
 * `rejected_score`; or `prompt` (or `messages`) with `answers`, each `{ answer, score | rank | correct }`.
 *
 * @throws InvalidSample naming the field, what it holds and what would be right
 */
export function parseRanking(row: unknown, context: ParseContext): RankedAnswers {
  if (typeof row !== 'object' || row === null) throw new InvalidSample('expected an object.')
  if ('answers' in row) return parseList(row as Record<string, unknown>, context)
  const [chosenKey, rejectedKey] = PAIR_SCORES.find(([chosen]) => chosen in row) ?? PAIR_SCORES[0]
  const {
    [chosenKey]: chosenScore = null,
    [rejectedKey]: rejectedScore = null,
    ...pair
  } = row as Record<string, unknown>
  const { id, messages, rejected } = parsePair(pair, context)
  const score = (key: string, value: unknown): number | null => {
    if (value === null || Number.isFinite(value)) return value as number | null
    throw new InvalidSample(`${key}: expected a number, got ${shown(value)}.`)
  }
  return {
    id,
    answers: [
      { messages, order: 1, score: score(chosenKey, chosenScore) },
      { messages: rejected, order: 0, score: score(rejectedKey, rejectedScore) },
    ],
  }
}

function parseList(row: Record<string, unknown>, context: ParseContext): RankedAnswers {
  const { prompt, messages, answers, ...rest } = row
  if (prompt !== undefined && messages !== undefined) {
    throw new InvalidSample('prompt: messages is given as well. Keep one of them.')
  }
  if (!Array.isArray(answers) || answers.length < 2) {
    throw new InvalidSample(`answers: expected a list of two or more, got ${shown(answers)}.`)
  }
  const asked = turns(prompt ?? messages, 'user')
  const [first] = answers as Record<string, unknown>[]
  const by = (Object.keys(RANKS) as (keyof typeof RANKS)[]).filter((key) => first?.[key] !== undefined)
  const [kind, ...more] = by
  if (kind === undefined || more.length > 0) {
    const found = by.length === 0 ? 'none' : by.join(' and ')
    throw new InvalidSample(`answers[0]: expected one of ${Object.keys(RANKS).join(', ')}, got ${found}.`)
  }
  const { expected, order, absolute } = RANKS[kind]
  const ids: string[] = []
  const read = answers.map((given: unknown, i): RankedAnswer => {
    const { answer, [kind]: value, ...others } = (given ?? {}) as Record<string, unknown>
    const [other] = Object.keys(others)
    if (other !== undefined) throw new InvalidSample(`answers[${i}].${other}: unknown key. Keys: answer, ${kind}.`)
    const own = turns(answer, 'assistant')
    const place = order(value)
    if (Number.isNaN(place))
      throw new InvalidSample(`answers[${i}].${kind}: expected ${expected}, got ${shown(value)}.`)
    const sample = parseSample({ ...rest, messages: [...asked, ...own] }, context)
    const said = sample.messages.slice(asked.length)
    if (said.at(-1)?.role !== 'assistant' || said.some(hearsClip)) {
      throw new InvalidSample(
        `answers[${i}].answer: expected a text, or turns that end with the assistant's and hold no clip.`,
      )
    }
    ids.push(sample.id)
    return { messages: sample.messages, order: place, score: absolute ? place : null }
  })
  return { id: ids[0]!, answers: read }
}

const turns = (given: unknown, role: string): unknown[] => {
  if (typeof given === 'string') return [{ role, content: given }]
  return Array.isArray(given) ? given : []
}
const finite = (value: unknown): number => (Number.isFinite(value) ? Number(value) : Number.NaN)
const count = (value: unknown): number => (Number.isInteger(value) && Number(value) >= 1 ? Number(value) : Number.NaN)
const truth = (value: unknown): number => (typeof value === 'boolean' ? Number(value) : Number.NaN)
const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60))

/**
 * All rankings of a JSON-lines file, with a line on everything that was left out. A list of which no answer stands above
 * another teaches nothing: it is left out and counted, whatever `bad` says.
 *
 * @throws UsageError at a row that is no ranking, with file and line, unless `bad` is `skip`
 */
export async function loadRankings(
  file: string,
  options: { bad?: 'refuse' | 'skip'; limit?: number | undefined } = {},
): Promise<{ rankings: RankedAnswers[]; notes: string[] }> {
  const readings = ({ answers }: RankedAnswers) => answers.length
  const { rows, notes } = await comparedRows(file, parseRanking, { ...options, readings })
  const rankings = rows.filter(({ answers }) => answers.some(({ order }) => order !== answers[0]!.order))
  const nFlat = rows.length - rankings.length
  const flat = `${shortPath(file)}: ${nFlat} of ${rows.length} lists left out, none of their answers stands above another`
  return { rankings, notes: nFlat > 0 ? [...notes, flat] : notes }
}
