import { closest, distance } from 'fastest-levenshtein'
import type { z } from 'zod'

type Issue = z.core.$ZodRawIssue

/**
 * zod's error map in plain words: what was expected, what was found, what to write. Used as
 * `safeParse(value, { error: issueLine })`, so a message the schema's author wrote wins. Unknown keys give one line a key, in the order of
 * `issue.keys`.
 */
export function issueLine(issue: Issue): string {
  const { input } = issue
  switch (issue.code) {
    case 'invalid_type':
      return expectation(typeInWords(issue), input, suggestion(issue))
    case 'invalid_value':
      return oneOf(issue.values.map(String), input)
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownName('key', key, keysOf(issue.inst))).join('\n')
    case 'invalid_union':
      return issue.discriminator
        ? oneOf(
            ((issue.options ?? []) as unknown[]).map(String),
            (input as Record<string, unknown>)[issue.discriminator],
          )
        : expectation('another form', input)
    case 'too_small':
      return expectation(bound('least', issue.origin, issue.minimum, issue.inclusive), input)
    case 'too_big':
      return expectation(bound('most', issue.origin, issue.maximum, issue.inclusive), input)
    case 'not_multiple_of':
      return expectation(`a multiple of ${issue.divisor}`, input)
    case 'invalid_format':
      return expectation(issue.pattern ? `text like ${issue.pattern}` : `a valid ${issue.format}`, input)
    case 'invalid_key':
    case 'invalid_element':
      return expectation(`valid entries in this ${issue.origin}`, input)
    default:
      return 'not allowed here.'
  }
}

/** `unknown key.` with the nearest known one, or all of them when none is near. */
export function unknownName(what: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  if (near !== undefined) return `unknown ${what}. Did you mean "${near}"?`
  return known.length === 0 ? `unknown ${what}.` : `unknown ${what}. Known: ${known.join(', ')}.`
}

/** The known name that a typing slip may have turned into `name`; undefined when none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined
  const plain = (text: string) => text.toLowerCase().replaceAll(/[\s_-]/g, '')
  const same = known.find((candidate) => plain(candidate) === plain(name))
  if (same !== undefined) return same
  // Neighbours that changed places are one slip, and two edits to `distance`.
  const letters = (text: string) => [...plain(text)].sort().join('')
  const shuffled = known.find((candidate) => letters(candidate) === letters(name))
  if (shuffled !== undefined) return shuffled
  const found = closest(name, known)
  return distance(name, found) <= Math.max(1, Math.floor(Math.max(name.length, found.length) / 3)) ? found : undefined
}

/** A found value, short enough for one line. */
export function valueInWords(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`
  if (typeof value === 'object') return 'a mapping'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…${typeof value === 'string' ? '"' : ''}` : text
}

const TYPES: Record<string, string> = {
  number: 'a number',
  int: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  undefined: 'no such key',
  never: 'no such key',
  null: 'nothing',
}

export const typeName = (expected: string): string => TYPES[expected] ?? `a ${expected}`

function typeInWords(issue: Issue): string {
  const expected = String(issue.expected)
  const whole = expected === 'number' && isWhole(issue.inst)
  return typeName(whole ? 'int' : expected)
}

/** Whether a number schema takes whole numbers only; zod calls text in its place "not a number" all the same. */
function isWhole(schema: Issue['inst']): boolean {
  const def = schema?._zod.def as { format?: string; checks?: { _zod: { def: { format?: string } } }[] } | undefined
  const formats = [def?.format, ...(def?.checks ?? []).map((check) => check._zod.def.format)]
  return formats.some((format) => format !== undefined && /int/.test(format))
}

export function expectation(expected: string, input: unknown, advice = ''): string {
  if (input === undefined) return `missing, expected ${expected}.`
  return `expected ${expected}, got ${valueInWords(input)}.${advice && ` ${advice}`}`
}

function oneOf(values: readonly string[], input: unknown): string {
  const near = typeof input === 'string' ? nearest(input, values) : undefined
  const quoted = values.map((value) => JSON.stringify(value))
  const expected = quoted.length === 1 ? quoted[0]! : `one of ${quoted.join(', ')}`
  return expectation(expected, input, near === undefined || values.length === 1 ? '' : `Did you mean "${near}"?`)
}

/** What to write instead, when the found value shows what was meant; empty otherwise. */
function suggestion(issue: Issue): string {
  const { input } = issue
  const expected = typeInWords(issue)
  const key = issue.path?.at(-1)
  const write = (value: string) => `Write ${typeof key === 'string' ? `${key}: ` : ''}${value}.`
  if (expected === TYPES.string && (typeof input === 'number' || typeof input === 'boolean')) return write(`"${input}"`)
  if (expected === TYPES.array && typeof input === 'string') return write(JSON.stringify([input]))
  if (typeof input !== 'string') return ''
  if (expected === TYPES.boolean && /^(true|yes|on)$/i.test(input)) return write('true')
  if (expected === TYPES.boolean && /^(false|no|off)$/i.test(input)) return write('false')
  if (expected !== TYPES.number && expected !== TYPES.int) return ''
  const numbers = input.match(/[-+]?\d+(?:\.\d+)?/g) ?? []
  const only = numbers.length === 1 ? Number(numbers[0]) : Number.NaN
  return Number.isNaN(only) || (expected === TYPES.int && !Number.isInteger(only)) ? '' : write(String(only))
}

function bound(side: 'least' | 'most', origin: string, limit: number | bigint, inclusive?: boolean): string {
  const unit = origin === 'string' ? 'character' : origin === 'array' || origin === 'set' ? 'item' : ''
  if (unit) return `at ${side} ${limit} ${unit}${limit === 1 ? '' : 's'}`
  return inclusive === false ? `${side === 'least' ? 'more' : 'less'} than ${limit}` : `at ${side} ${limit}`
}

function keysOf(schema: Issue['inst']): string[] {
  const shape = (schema?._zod.def as { shape?: object } | undefined)?.shape
  return shape ? Object.keys(shape) : []
}
