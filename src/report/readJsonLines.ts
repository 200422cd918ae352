import { type FileHandle, open } from 'node:fs/promises'
import type { z } from 'zod'

/** What went wrong while reading the run; shown in the page, since a report of half a run must say that it is one. */
export type Problems = string[]

/**
 * The records of a JSON-lines file, one at a time. A line that does not parse or does not fit is left out and counted;
 * one problem a file says how many there were and what was wrong with the first. A missing file gives no records.
 */
export async function* readJsonLines<T>(
  file: string,
  name: string,
  schema: z.ZodType<T>,
  problems: Problems,
): AsyncGenerator<T> {
  let lineNumber = 0
  let nBad = 0
  let first = ''
  let handle: FileHandle
  try {
    handle = await open(file)
  } catch (error) {
    if (isMissing(error)) return
    throw error
  }
  for await (const line of handle.readLines()) {
    lineNumber++
    if (line.trim() === '') continue
    const record = parseLine(line, schema)
    if (record.ok) yield record.value
    else if (nBad++ === 0) first = `line ${lineNumber}: ${record.error}`
  }
  if (nBad > 0)
    problems.push(`${name}: ${nBad === 1 ? '1 line was' : `${nBad} lines were`} unreadable and left out (${first}).`)
}

/** All records of a JSON-lines file; see `readJsonLines`. */
export async function allJsonLines<T>(
  file: string,
  name: string,
  schema: z.ZodType<T>,
  problems: Problems,
): Promise<T[]> {
  const records: T[] = []
  for await (const record of readJsonLines(file, name, schema, problems)) records.push(record)
  return records
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

type Parsed<T> = { ok: true; value: T } | { ok: false; error: string }

function parseLine<T>(line: string, schema: z.ZodType<T>): Parsed<T> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return { ok: false, error: 'not JSON' }
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return { ok: true, value: parsed.data }
  const issue = parsed.error.issues[0]
  return {
    ok: false,
    error: issue === undefined ? 'unexpected form' : `${issue.path.join('.') || 'record'}: ${issue.message}`,
  }
}
