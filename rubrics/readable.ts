import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml'
import type { z } from 'zod'
import { expectation, issueLine, typeName } from './issueLine.ts'

/** A checked value, or one readable line a fault. */
export type Checked<T> = { ok: true; value: T } | { ok: false; problems: string[] }

type Path = readonly PropertyKey[]

/**
 * Reads YAML 1.2 or JSON text and checks it against any zod schema; a fault reads
 * `rubrics/voice.yaml:9 criteria[2].verify.max: expected a whole number, got "25 words". Write max: 25.`
 * Duplicate keys, unresolved tags and broken syntax are faults too. Throws nothing.
 *
 * @param options.file  named in the faults; without it they begin with `line 9`
 */
export function checkYaml<S extends z.ZodType>(
  schema: S,
  text: string,
  options: { file?: string } = {},
): Checked<z.output<S>> {
  const at = (line: number) => (options.file === undefined ? `line ${line}` : `${options.file}:${line}`)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const broken = [...document.errors, ...document.warnings].map(({ message, pos }) => ({ message, offset: pos[0] }))
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document)) return
      const message = `unknown alias *${alias.source}. Write its anchor &${alias.source} before it.`
      broken.push({ message, offset: startOf(alias) })
    },
  })
  if (broken.length > 0) {
    return {
      ok: false,
      problems: broken.map(({ message, offset }) => `${at(lines.linePos(offset).line)}: ${message.split('\n')[0]}`),
    }
  }
  let value: unknown
  try {
    value = document.toJS()
  } catch (error) {
    return { ok: false, problems: [`${at(1)}: ${(error as Error).message}`] } // aliases that grow without bound
  }
  return check(schema, value, options.file, (path) => {
    const offset = offsetOf(document, path)
    return { place: at(lines.linePos(offset).line), offset }
  })
}

/** Checks a value that is already parsed; a fault begins with `where`. Throws nothing. */
export function checkValue<S extends z.ZodType>(schema: S, value: unknown, where?: string): Checked<z.output<S>> {
  return check(schema, value, where)
}

/** `['criteria', 2, 'verify']` → `criteria[2].verify`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    const name = String(key)
    if (!/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name)) return `${text}[${JSON.stringify(name)}]`
    return text === '' ? name : `${text}.${name}`
  }, '')
}

function check<S extends z.ZodType>(
  schema: S,
  value: unknown,
  where: string | undefined,
  locate?: (path: Path) => { place: string; offset: number },
): Checked<z.output<S>> {
  const parsed = schema.safeParse(value, { error: issueLine, reportInput: true })
  if (parsed.success) return { ok: true, value: parsed.data }
  const faults = parsed.error.issues.flatMap(flatten).map(({ path, message }) => {
    const { place, offset } = locate?.(path) ?? { place: where, offset: 0 }
    const front = [place, pathText(path)].filter(Boolean).join(' ')
    return { offset, line: `${front || 'value'}: ${message}` }
  })
  const inOrder = faults.sort((a, b) => a.offset - b.offset).map(({ line }) => line)
  return { ok: false, problems: [...new Set(inOrder)] }
}

interface Fault {
  path: PropertyKey[]
  message: string
}

/** One entry a fault: an unknown key carries its own path; a union speaks for the form that came nearest. */
function flatten(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n')
    return issue.keys.map((key, i) => ({ path: [...issue.path, key], message: messages[i] ?? issue.message }))
  }
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue]
  const wrongKind = (form: z.core.$ZodIssue[]) => form.every(({ path }) => path.length === 0) && form.some(namesKind)
  const forms = issue.errors.filter((form) => !wrongKind(form))
  if (forms.length === 0) {
    const kinds = new Set(issue.errors.flat().flatMap(kindsOf))
    return [{ path: issue.path, message: expectation([...kinds].join(' or '), issue.input) }]
  }
  const nearestForm = forms.reduce((best, form) => (form.length < best.length ? form : best))
  return nearestForm.flatMap((fault) => flatten({ ...fault, path: [...issue.path, ...fault.path] }))
}

const namesKind = ({ code }: z.core.$ZodIssue): boolean => code === 'invalid_type' || code === 'invalid_value'

function kindsOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'invalid_type') return [typeName(issue.expected)]
  return issue.code === 'invalid_value' ? issue.values.map((value) => JSON.stringify(value)) : []
}

/** Where in the text the deepest existing node of a path begins: its key in a mapping, itself in a list. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents
  let offset = startOf(node)
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === String(key))
      if (!pair) break
      offset = startOf(pair.key)
      node = pair.value
    } else if (isSeq(node)) {
      const item = node.items[Number(key)]
      if (item === undefined) break
      offset = startOf(item)
      node = item
    } else break
  }
  return offset
}

const startOf = (node: unknown): number => (node as Node | null)?.range?.[0] ?? 0
