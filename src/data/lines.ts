import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { isMissingFile, UsageError } from '../errors.ts'

/** A row of a data file before it is understood; `line` is 1-based. */
export type Row =
  | { readonly line: number; readonly value: unknown }
  | { readonly line: number; readonly problem: string }

/** Rows of a JSON-lines file, read as a stream; blank lines are passed over. */
export async function* jsonLines(file: string): AsyncGenerator<Row> {
  let line = 0
  for await (const text of textLines(file)) {
    line++
    if (text.trim() === '') continue
    yield parsed(line, line === 1 ? text.replace(/^\uFEFF/, '') : text)
  }
}

/**
 * Rows of a CSV file with a header, as objects of strings; an empty cell is left out. `delimiter` and `quote` (false for
 * none) are those of the file's kind.
 */
export async function* csvLines(
  file: string,
  kind: { readonly delimiter?: string; readonly quote?: false } = {},
): AsyncGenerator<Row> {
  const { parse } = await import('csv-parse')
  const parser = parse({ bom: true, columns: true, info: true, skip_empty_lines: true, ...kind })
  const stream = createReadStream(file)
  stream.on('error', (error) => parser.destroy(error))
  stream.pipe(parser)
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      const cells = Object.entries(record).filter(([, cell]) => cell !== '')
      yield { line: info.lines, value: Object.fromEntries(cells) }
    }
  } catch (error) {
    throw readError(file, error)
  }
}

interface CsvRecord {
  readonly record: Readonly<Record<string, string>>
  readonly info: { readonly lines: number }
}

/** Lines of a text file, read as a stream. @throws UsageError when it is not there */
export async function* textLines(file: string): AsyncGenerator<string> {
  const stream = createReadStream(file, 'utf8')
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
  // A stream that cannot be opened reports to itself, not to the reader of its lines.
  const failed = new Promise<never>((_, reject) => stream.once('error', reject))
  failed.catch(() => lines.close())
  try {
    for await (const text of lines) yield text
    if (stream.errored) throw stream.errored
  } catch (error) {
    throw readError(file, error)
  } finally {
    lines.close()
    stream.destroy()
  }
}

function parsed(line: number, text: string): Row {
  if (line === 1 && text.trimStart().startsWith('[')) {
    return { line, problem: 'not JSON lines but a JSON list. Write one object a line.' }
  }
  try {
    return { line, value: JSON.parse(text) }
  } catch {
    return { line, problem: `not JSON: ${text.length > 60 ? `${text.slice(0, 57)}…` : text}` }
  }
}

function readError(file: string, error: unknown): unknown {
  if (isMissingFile(error)) return new UsageError(`${file}: no such file.`)
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_')) {
    return new UsageError(`${file}: ${error.message}.`)
  }
  return error
}
