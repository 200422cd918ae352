import { recipeJsonSchema } from '../../../src/recipe/index.ts'

/** What a JSON Schema of ours holds. */
interface Schema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
}

/** The reference of every key of a recipe, in Markdown, from the schema that reads it. */
export function recipeReference(): string {
  const sections: string[] = []
  const seen = new Map<string, string>() // properties → the heading they stand under
  const walk = (schema: Schema, path: string, about: string | undefined) => {
    const key = JSON.stringify(schema.properties)
    if (seen.has(key)) return
    seen.set(key, path)
    const inner: [Schema, string, string | undefined][] = []
    const rows = Object.entries(schema.properties ?? {}).map(([name, option]) => {
      const parts = objectsIn(option)
      for (const part of parts) inner.push([part, path === 'recipe' ? name : `${path}.${name}`, meaning(option)])
      return row(name, option, schema.required?.includes(name) ?? false)
    })
    sections.push(
      [
        `## ${path}`,
        '',
        ...(about ? [`${about[0]!.toUpperCase()}${about.slice(1)}.`, ''] : []),
        '| key | value | default | meaning |',
        '|---|---|---|---|',
        ...rows,
        '',
      ].join('\n'),
    )
    for (const [part, at, what] of inner) walk(part, at, what)
  }
  walk(recipeJsonSchema() as Schema, 'recipe', undefined)
  return sections.join('\n')
}

function row(name: string, option: Schema, required: boolean): string {
  const { default: fallback } = option
  const simple = fallback === null || typeof fallback !== 'object' || Array.isArray(fallback)
  const shown = fallback === undefined ? '' : simple ? code(fallback) : 'see below'
  return `| \`${name}\` | ${cell(form(option))} | ${required && fallback === undefined ? 'required' : shown} | ${cell(meaning(option))} |`
}

const meaning = (option: Schema): string =>
  option.description ?? variants(option)?.find(({ description }) => description)?.description ?? ''

const variants = ({ anyOf, oneOf, allOf }: Schema): readonly Schema[] | undefined => anyOf ?? oneOf ?? allOf

/** Mappings that an option may be, or may be a list of. */
function objectsIn(option: Schema): Schema[] {
  if (option.properties) return [option]
  if (option.items) return objectsIn(option.items)
  return (variants(option) ?? []).flatMap(objectsIn)
}

function form(option: Schema): string {
  if (option.const !== undefined) return code(option.const)
  if (option.enum) return option.enum.map(code).join(', ')
  const parts = variants(option)
  if (parts) return [...new Set(parts.map(form))].join(' or ')
  if (option.type === 'array') return `list of ${form(option.items ?? {})}`
  const word = { integer: 'whole number', string: 'text', boolean: 'true, false', object: 'mapping', null: '`null`' }
  return `${word[option.type as keyof typeof word] ?? option.type ?? ''}${bounds(option)}`
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  const low = minimum !== undefined ? `≥ ${minimum}` : exclusiveMinimum !== undefined ? `> ${exclusiveMinimum}` : ''
  const high = maximum !== undefined ? `≤ ${maximum}` : exclusiveMaximum !== undefined ? `< ${exclusiveMaximum}` : ''
  return low || high ? ` ${[low, high].filter(Boolean).join(', ')}` : ''
}

const code = (value: unknown): string => `\`${JSON.stringify(value)}\``
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
