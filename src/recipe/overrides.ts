import { parseDocument } from 'yaml'
import { pathText } from '../../rubrics/index.ts'
import { UsageError } from '../errors.ts'

/** `--set stages[1].rl.group=4`, understood. */
export interface Override {
  readonly path: readonly (string | number)[]
  readonly value: unknown
  /** As it was written. */
  readonly text: string
}

/**
 * An override from `path=value`; the value is read as YAML, so `4`, `true`, `null` and `[1, 2]` have their types.
 *
 * @throws UsageError
 */
export function parseOverride(text: string): Override {
  const at = text.indexOf('=')
  const fail = (problem: string): never => {
    throw new UsageError(`--set ${text}: ${problem} Write it like --set stages[1].rl.group=4.`)
  }
  if (at < 0) fail('has no "=".')
  const path: (string | number)[] = []
  let rest = text.slice(0, at).trim()
  while (rest !== '') {
    const step = /^(?:\[(\d+)\]|\.?([^.[\]=\s]+))/.exec(rest)
    if (step === null || (path.length === 0 && rest.startsWith('.'))) return fail('the path cannot be read.')
    path.push(step[1] === undefined ? step[2]! : Number(step[1]))
    rest = rest.slice(step[0].length)
  }
  if (path.length === 0) fail('has no path.')
  const document = parseDocument(text.slice(at + 1))
  if (document.errors.length > 0) fail(`the value is not YAML (${document.errors[0]!.message.split('\n')[0]}).`)
  return { path, value: document.toJS(), text }
}

/** A copy of a parsed recipe with the overrides in it, later ones over earlier ones. @throws UsageError */
export function applyOverrides(value: unknown, overrides: readonly Override[]): unknown {
  return overrides.reduce((result, override) => set(result, override, 0), value)
}

function set(value: unknown, override: Override, depth: number): unknown {
  const { path, text } = override
  if (depth === path.length) return override.value
  const key = path[depth]!
  const fail = (problem: string): never => {
    throw new UsageError(`--set ${text}: ${pathText(path.slice(0, depth)) || 'the recipe'} ${problem}`)
  }
  if (typeof key === 'number') {
    if (!Array.isArray(value)) return fail('is not a list.')
    if (key >= value.length) fail(`has ${value.length} entries, and the first is [0].`)
    return value.map((item: unknown, i) => (i === key ? set(item, override, depth + 1) : item))
  }
  if (Array.isArray(value))
    return fail(`is a list. Write the number of an entry, as in ${pathText(path.slice(0, depth))}[0].`)
  if (value !== undefined && value !== null && typeof value !== 'object') {
    return fail(`is ${JSON.stringify(value)}, which has no "${key}".`)
  }
  const mapping = (value ?? {}) as Readonly<Record<string, unknown>>
  return { ...mapping, [key]: set(mapping[key], override, depth + 1) }
}
