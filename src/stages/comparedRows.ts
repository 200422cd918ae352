import path from 'node:path'
import { jsonLines } from '../data/lines.ts'
import { InvalidSample, type ParseContext } from '../data/parseSample.ts'
import { shortPath, UsageError } from '../errors.ts'

export interface ComparedRowsOptions<T> {
  /** What a row that does not fit does ('refuse'). */
  readonly bad?: 'refuse' | 'skip'
  /** Rows that are read at most. */
  readonly limit?: number | undefined
  /** Conversations that are read of a row, each of which tells of every column that is not read (2, of a pair). */
  readonly readings?: (row: T) => number
}

/**
 * Rows of a JSON-lines file that hold several answers to a prompt, with a line on everything that was left out.
 *
 * @param parse  throws InvalidSample at a row that does not fit
 * @throws UsageError at such a row, with file and line, unless `bad` is `skip`
 */
export async function comparedRows<T extends { readonly id: string }>(
  file: string,
  parse: (row: unknown, context: ParseContext) => T,
  { bad = 'refuse', limit = Number.POSITIVE_INFINITY, readings = () => 2 }: ComparedRowsOptions<T> = {},
): Promise<{ rows: T[]; notes: string[] }> {
  const folder = path.dirname(path.resolve(file))
  const rows: T[] = []
  const skipped: string[] = []
  const ignored = new Map<string, number>()
  const ids = new Map<string, number>()
  for await (const row of jsonLines(file)) {
    if (rows.length >= limit) break
    try {
      if ('problem' in row) throw new InvalidSample(row.problem)
      const told: string[] = []
      const onIgnored = (key: string) => told.push(key)
      const parsed = parse(row.value, { folder, id: `${path.basename(file)}:${row.line}`, onIgnored })
      for (const key of told) ignored.set(key, (ignored.get(key) ?? 0) + 1 / readings(parsed))
      const first = ids.get(parsed.id)
      if (first !== undefined) throw new InvalidSample(`id: "${parsed.id}" is the id of line ${first} already.`)
      ids.set(parsed.id, row.line)
      rows.push(parsed)
    } catch (error) {
      if (!(error instanceof InvalidSample)) throw error
      const place = `${shortPath(file)}:${row.line} ${error.message}`
      if (bad === 'refuse') throw new UsageError(place)
      skipped.push(place)
    }
  }
  const notes = [
    ...(skipped.length > 0 ? [`${shortPath(file)}: ${skipped.length} rows left out; the first is ${skipped[0]}`] : []),
    ...[...ignored].map(([key, n]) => `${shortPath(file)}: column "${key}" is not read (${Math.round(n)} rows)`),
  ]
  return { rows, notes }
}
