import { UsageError } from '../errors.ts'
import { type Contamination, type ContaminationOptions, contaminationIndex, type TestText } from './contamination.ts'
import { type FilterOptions, type FilterReport, filterLines } from './filter.ts'
import { isBad, records } from './records.ts'
import { refuseAllEmpty, textOf } from './text.ts'

export interface DecontaminateOptions extends FilterOptions, Partial<ContaminationOptions> {
  /** JSON lines of what must not be trained on. */
  readonly against: readonly string[]
  /** Dotted field of the words; the questions of `messages`, or the usual fields, when left out. */
  readonly field?: string
  /** The same for the files of `against`. */
  readonly againstField?: string
}

export interface DecontaminateReport extends FilterReport {
  readonly tests: number
  /** Test texts of fewer words than the rule can find; they protect nothing. */
  readonly tooShort: number
}

/**
 * Drops records that hold a test text, or nearly: by the rule of Qwen2.5 (the default) or of Qwen2.5-Math. The test files
 * are held in memory, the others stream.
 *
 * @throws UsageError for a missing file, or one without any text
 */
export async function decontaminate(options: DecontaminateOptions): Promise<DecontaminateReport> {
  const { rule = 'lcs', n = 13, least = 13, ratio = 0.6, field } = options
  const own = textOf(field, 'question')
  const theirs = textOf(options.againstField, 'question')
  const tests: TestText[] = []
  for (const file of options.against) {
    let [nRecords, nEmpty] = [0, 0]
    for await (const record of records(file)) {
      if (isBad(record)) throw new UsageError(`${file}:${record.line}: ${record.problem}. A test set must be whole.`)
      nRecords++
      const text = theirs(record.value)
      if (text === '') nEmpty++
      else tests.push({ name: `${file}:${record.line}`, text })
    }
    refuseAllEmpty(file, nRecords, nEmpty, options.againstField)
  }
  const index = contaminationIndex(tests, { rule, n, least, ratio })
  const shortest = rule === 'lcs' ? least : n
  const tooShort = tests.filter(({ text }) => text.split(/\s+/).length < shortest).length
  const report = await filterLines(options, ({ value }) => {
    const found: Contamination | null = index.find(own(value))
    return found === null ? null : { reason: `contaminated (${rule})`, ...found }
  })
  return { ...report, tests: tests.length, tooShort }
}
