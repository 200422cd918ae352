import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { checkValue } from '../../rubrics/index.ts'
import { isMissingFile, UsageError } from '../errors.ts'

/**
 * Rows of a file as benchmarks publish them: JSON lines, or one JSON list, checked by a schema.
 *
 * @throws UsageError with one line a fault, each with its line or its place in the list; when there is no row
 */
export function readRows<S extends z.ZodType>(file: string, schema: S): z.output<S>[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    if (isMissingFile(error)) throw new UsageError(`${file}: no such file.`)
    throw error
  }
  const problems: string[] = []
  const rows = placed(text, file).flatMap(({ where, json }) => {
    const parsed = parse(json)
    if (parsed === undefined) {
      problems.push(`${where}: not JSON: ${String(json).slice(0, 60)}`)
      return []
    }
    const checked = checkValue(schema, parsed, where)
    if (checked.ok) return [checked.value]
    problems.push(...checked.problems)
    return []
  })
  if (problems.length > 0) throw new UsageError(problems.join('\n'))
  if (rows.length === 0) throw new UsageError(`${file}: no rows.`)
  return rows
}

interface Placed {
  readonly where: string
  /** Text of a line, or a value that has been parsed with its list. */
  readonly json: unknown
}

function placed(text: string, file: string): Placed[] {
  if (text.trimStart().startsWith('[')) {
    const list = parse(text)
    if (!Array.isArray(list)) throw new UsageError(`${file}: not JSON: a list begins and does not end well.`)
    return list.map((json, i) => ({ where: `${file} [${i}]`, json }))
  }
  return text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [{ where: `${file}:${i + 1}`, json: line }]))
}

function parse(json: unknown): unknown {
  if (typeof json !== 'string') return json
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Mean of numbers; of none it is unknown. */
export const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

/** Items by a key, in order of first appearance. */
export function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const own = key(item)
    const group = groups.get(own)
    if (group) group.push(item)
    else groups.set(own, [item])
  }
  return groups
}
