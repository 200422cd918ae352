import { UsageError } from '../errors.ts'

/** Which words of a record are looked at. */
export type TextOf = (value: Readonly<Record<string, unknown>>) => string

/** Fields that hold a sample's words in data sets of all kinds, in the order in which they are looked for. */
const USUAL = ['text', 'question', 'prompt', 'instruction', 'problem', 'query', 'content']

/**
 * The words of a record: those of the dotted `field` where it is given; else the turns of `messages` (those of the user
 * only for `question`), else the first of the usual fields that holds text. '' where there are none.
 */
export function textOf(field?: string, part: 'all' | 'question' = 'all'): TextOf {
  if (field !== undefined) return (value) => textIn(at(value, field.split('.')))
  return (value) => {
    if (Array.isArray(value.messages)) {
      const turns = value.messages as readonly { readonly role?: unknown; readonly content?: unknown }[]
      return turns
        .filter(({ role }) => part === 'all' || role === 'user')
        .map(({ content }) => textIn(content))
        .filter(Boolean)
        .join('\n')
    }
    const key = USUAL.find((name) => typeof value[name] === 'string' || Array.isArray(value[name]))
    return key === undefined ? '' : textIn(value[key])
  }
}

export const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined),
    value,
  )

/** Text of a string, of content parts, of a list of turns. */
function textIn(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return value.map(textIn).filter(Boolean).join('\n')
  if (typeof value !== 'object' || value === null) return ''
  const { text, content } = value as Record<string, unknown>
  return textIn(text ?? content)
}

/** A record without the words that were asked for is a mistake of the call when no record has any. */
export function refuseAllEmpty(file: string, nRecords: number, nEmpty: number, field: string | undefined): void {
  if (nRecords === 0 || nEmpty < nRecords) return
  const where = field === undefined ? 'none of messages, '.concat(USUAL.join(', ')) : `no text at "${field}"`
  throw new UsageError(`${file}: ${where} in any of its ${nRecords} records. Name the field with --field.`)
}
