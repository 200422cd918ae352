import { z } from 'zod'
import { checkValue } from '../../../rubrics/index.ts'
import { jsonLines } from '../../data/lines.ts'
import { shortPath, UsageError } from '../../errors.ts'

/** What a judge said of one criterion of one answer, beside what a person said. */
export interface Judgement {
  readonly answer: string
  readonly criterion: string
  readonly human: boolean
  /** null where the judge gave no verdict that could be read. */
  readonly judge: boolean | null
  /** How sure the judge is that the criterion is met, 0 to 1, where it says so. */
  readonly score?: number
  /** Which of several calls for the same criterion and answer this is. */
  readonly repeat?: number
  /** Length of the answer, in words. */
  readonly words?: number
  /** Place of the criterion among those judged in one call, from 0. */
  readonly position?: number
}

const judgementSchema = z.strictObject({
  answer: z.union([z.string(), z.number()]).transform(String),
  criterion: z.string(),
  human: z.boolean(),
  judge: z.boolean().nullable(),
  score: z.number().min(0).max(1).optional(),
  repeat: z.int().nonnegative().optional(),
  words: z.int().nonnegative().optional(),
  position: z.int().nonnegative().optional(),
})

/**
 * Judgements of a JSON-lines file.
 *
 * @throws UsageError with one line a fault, for a call that stands there twice, and for labels that disagree
 */
export async function readJudgements(file: string): Promise<Judgement[]> {
  const problems: string[] = []
  const found: Judgement[] = []
  const calls = new Set<string>()
  const labels = new Map<string, boolean>()
  for await (const row of jsonLines(file)) {
    const where = `${shortPath(file)}:${row.line}`
    if ('problem' in row) {
      problems.push(`${where} ${row.problem}`)
      continue
    }
    const checked = checkValue(judgementSchema, row.value, where)
    if (!checked.ok) {
      problems.push(...checked.problems)
      continue
    }
    const one = checked.value as Judgement
    const item = JSON.stringify([one.answer, one.criterion])
    const call = JSON.stringify([item, one.repeat ?? 0])
    if (calls.has(call)) {
      problems.push(`${where}: the same answer, criterion and repeat stand above. Number repeated calls: "repeat": 1.`)
    }
    if ((labels.get(item) ?? one.human) !== one.human) {
      problems.push(`${where}: human is ${one.human}, and ${!one.human} for another call. A person says one thing.`)
    }
    calls.add(call)
    labels.set(item, one.human)
    found.push(one)
  }
  if (problems.length > 0) throw new UsageError(problems.join('\n'))
  if (found.length === 0) throw new UsageError(`${shortPath(file)}: no judgements.`)
  return found
}
