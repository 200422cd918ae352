import { z } from 'zod'
import { UsageError } from '../errors.ts'
import { averaged } from './airBench.ts'
import { meanOf, readRows } from './rows.ts'

/** The nine tasks of VoiceBench's board, and what one unit of each is worth on 0 to 100: ratings go from 1 to 5. */
const SCALE = {
  alpacaeval_full: 20,
  commoneval: 20,
  wildvoice: 20,
  'sd-qa': 1,
  mmsu: 1,
  openbookqa: 1,
  bbh: 1,
  ifeval: 1,
  advbench: 1,
} as const

export type VoiceBenchTask = keyof typeof SCALE

/** Scores of tasks as the board prints them: ratings of 1 to 5, else percent. */
export type VoiceBenchScores = Readonly<Record<VoiceBenchTask, number | null>>

/**
 * VoiceBench's overall score: the plain mean of its nine tasks on 0 to 100 (arXiv 2410.17196; papers.md §9.3), where
 * ratings are multiplied by 20. Unknown when a task is.
 *
 * @throws UsageError for a rating outside 1 to 5, or a percentage outside 0 to 100
 */
export function voiceBenchOverall(scores: VoiceBenchScores): number | null {
  const tasks = Object.entries(SCALE) as [VoiceBenchTask, number][]
  return averaged(
    tasks.map(([task, scale]) => {
      const score = scores[task]
      const [low, high] = scale === 20 ? [1, 5] : [0, 100]
      if (score !== null && !(score >= low && score <= high))
        throw new UsageError(`VoiceBench ${task}: ${score} is outside ${low} to ${high}.`)
      return score === null ? null : score * scale
    }),
  )
}

/** A row of a `result-….jsonl` of `api_judge.py`: `score` holds what the judge wrote, three times. */
const rowSchema = z.looseObject({
  prompt: z.string(),
  response: z.string(),
  reference: z.string().optional(),
  score: z.array(z.union([z.string(), z.number()])).min(1),
})

export type VoiceBenchRow = z.output<typeof rowSchema>

/** @throws UsageError naming the row and field that is no judged row of VoiceBench */
export const readVoiceBench = (file: string): VoiceBenchRow[] => readRows(file, rowSchema)

export interface VoiceBenchPart {
  /** On the board's own scale; null where nothing could be read. */
  readonly score: number | null
  readonly n: number
  /** Judgements that could not be read; the official script stops at one. */
  readonly nUnread: number
}

/**
 * Mean rating, 1 to 5, over all judgements of open questions (alpacaeval_full, commoneval, wildvoice): numbers, or
 * numbers in double brackets.
 */
export function scoreOpen(rows: readonly VoiceBenchRow[]): VoiceBenchPart {
  const ratings = rows.flatMap(({ score }) => score.map(rating))
  const read = ratings.filter((value) => value !== null)
  return { score: meanOf(read), n: read.length, nUnread: ratings.length - read.length }
}

function rating(judged: string | number): number | null {
  const text = String(judged).trim()
  const number = /^[0-9]+(\.[0-9]+)?$/.test(text) ? text : /\[\[([0-9]+)\]\]/.exec(text)?.[1]
  return number === undefined ? null : Number(number)
}

/**
 * Percent of answers that most of the judgements call correct (sd-qa's `gpt`). An answer whose judgements are neither
 * yes nor no, or tied, counts as wrong, as in the official script when no majority says yes.
 */
export function scoreQa(rows: readonly VoiceBenchRow[]): VoiceBenchPart {
  const votes = rows.map(({ score }) => score.map((text) => String(text).trim().toLowerCase().replace(/\.$/, '')))
  const says = (own: readonly string[], word: string) => own.filter((vote) => vote === word).length
  const correct = votes.map((own) => says(own, 'yes') > own.length / 2)
  return {
    score: percent(meanOf(correct.map(Number))),
    n: rows.length,
    nUnread: votes.flat().filter((vote) => vote !== 'yes' && vote !== 'no').length,
  }
}

/** sd-qa as the board prints it: the mean of PEDANTS' and the judge's percentages. */
export const sdQa = (pedants: number | null, judge: number | null): number | null => averaged([pedants, judge])

/** ifeval as the board prints it, in percent: the mean of strict and loose accuracy, of prompts and of instructions. */
export const ifEval = (shares: {
  strictPrompt: number
  strictInstruction: number
  loosePrompt: number
  looseInstruction: number
}): number | null => percent(meanOf(Object.values(shares)))

const percent = (share: number | null): number | null => (share === null ? null : 100 * share)
