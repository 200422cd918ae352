import { z } from 'zod'
import { groupBy, meanOf, readRows } from './rows.ts'

/**
 * A row of MMAU's files (`mmau-test-mini.json`) with a model's answer. The official script reads it under `model_output`;
 * its README says `model_prediction`, which is read too.
 */
const rowSchema = z
  .looseObject({
    id: z.string(),
    question: z.string(),
    choices: z.array(z.string()).min(1),
    answer: z.string(),
    task: z.string(),
    difficulty: z.string(),
    'sub-category': z.string().nullish(),
    model_output: z.string().nullish(),
    model_prediction: z.string().nullish(),
  })
  .transform(({ model_output, model_prediction, 'sub-category': subCategory, ...row }) => ({
    ...row,
    subCategory: subCategory ?? null,
    prediction: model_output ?? model_prediction ?? null,
  }))

export type MmauRow = z.output<typeof rowSchema>

/** @throws UsageError naming the row and field that is no MMAU row */
export const readMmau = (file: string): MmauRow[] => readRows(file, rowSchema)

/**
 * MMAU's string match (papers.md §9.4): words are compared as lower-case sets. Correct when every word of the answer is
 * in the prediction, and no word of a wrong choice that the answer does not have.
 */
export function mmauMatch(answer: string, prediction: string, choices: readonly string[]): boolean {
  const predicted = words(prediction)
  if (predicted.size === 0) return false
  const right = words(answer)
  const wrong = choices.map(words).filter((choice) => !same(choice, right))
  return (
    [...right].every((word) => predicted.has(word)) &&
    !wrong.some((choice) => [...choice].some((word) => predicted.has(word) && !right.has(word)))
  )
}

export interface Accuracy {
  /** Share of correct answers, 0 to 1; null of none. */
  readonly accuracy: number | null
  readonly n: number
}

export interface MmauScore {
  readonly total: Accuracy
  readonly byTask: ReadonlyMap<string, Accuracy>
  readonly byDifficulty: ReadonlyMap<string, Accuracy>
  readonly bySubCategory: ReadonlyMap<string, Accuracy>
  /** Rows without a prediction; the official script leaves them out of every share, and so does this. */
  readonly nMissing: number
}

/** Accuracy in all and by part. Say which version of MMAU the rows are of: a quarter of v05.15.25 differs. */
export function scoreMmau(rows: readonly MmauRow[]): MmauScore {
  const judged = rows.flatMap((row) =>
    row.prediction === null ? [] : [{ ...row, correct: mmauMatch(row.answer, row.prediction, row.choices) }],
  )
  const by = (key: (row: (typeof judged)[number]) => string | null) => {
    const parts = groupBy(judged, key)
    return new Map([...parts].flatMap(([part, own]) => (part === null ? [] : [[part, accuracyOf(own)] as const])))
  }
  return {
    total: accuracyOf(judged),
    byTask: by(({ task }) => task),
    byDifficulty: by(({ difficulty }) => difficulty),
    bySubCategory: by(({ subCategory }) => subCategory),
    nMissing: rows.length - judged.length,
  }
}

const accuracyOf = (judged: readonly { correct: boolean }[]): Accuracy => ({
  accuracy: meanOf(judged.map(({ correct }) => Number(correct))),
  n: judged.length,
})

/** Words as Python's `\b\w+\b` finds them. */
const words = (text: string): ReadonlySet<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [])

const same = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((word) => b.has(word))
