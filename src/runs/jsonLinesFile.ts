import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
} from 'node:fs'
import { writeAside } from './writeAside.ts'

/** A file of records, one JSON object a line, that survives being killed at any moment. */
export interface JsonLinesFile {
  readonly file: string
  /** Adds records, each as one write of one whole line. */
  append(...records: readonly object[]): void
  /** Keeps the records that pass; the others are gone. Lines that are not JSON go as well. */
  keep(passes: (record: Readonly<Record<string, unknown>>) => boolean): void
  read(): Record<string, unknown>[]
}

/**
 * Opens (or begins) such a file. A last line that was cut off in writing is completed with its line end when it is
 * whole, and dropped when it is not.
 */
export function jsonLinesFile(file: string): JsonLinesFile {
  if (existsSync(file)) repair(file)
  return {
    file,
    append(...records) {
      if (records.length > 0) appendFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
    },
    keep(passes) {
      if (!existsSync(file)) return
      const lines = readFileSync(file, 'utf8').split('\n')
      const kept = lines.filter((line) => {
        const record = parse(line)
        return record !== undefined && passes(record)
      })
      // The bytes of kept lines stay as they are: a resumed run must be equal to one that never stopped.
      if (kept.length < lines.length - 1) writeAside(file, kept.map((line) => `${line}\n`).join(''))
    },
    read: () => jsonLinesIn(file),
  }
}

/** The records of such a file, left as it is: it may be being written. None when there is no file. */
export function jsonLinesIn(file: string): Record<string, unknown>[] {
  if (!existsSync(file)) return []
  const records = readFileSync(file, 'utf8').split('\n').map(parse)
  return records.filter((record) => record !== undefined)
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function repair(file: string): void {
  const handle = openSync(file, 'r+')
  try {
    const { size } = fstatSync(handle)
    const { start, text } = lastLine(handle, size)
    if (text === '') return
    if (parse(text) === undefined) ftruncateSync(handle, start)
    else appendFileSync(file, '\n')
  } finally {
    closeSync(handle)
  }
}

/** What stands behind the last line end, and where it begins. */
function lastLine(handle: number, size: number): { start: number; text: string } {
  const tail: Buffer[] = []
  for (let end = size; end > 0; ) {
    const chunk = Buffer.alloc(Math.min(65_536, end))
    end -= readSync(handle, chunk, 0, chunk.length, end - chunk.length)
    const at = chunk.lastIndexOf(10)
    tail.unshift(chunk.subarray(at + 1))
    if (at >= 0) return { start: end + at + 1, text: Buffer.concat(tail).toString('utf8') }
  }
  return { start: 0, text: Buffer.concat(tail).toString('utf8') }
}
