import { Document, visit } from 'yaml'
import { z } from 'zod'
import { verifiers } from './verifiers/index.ts'
import type { Answer, Verifier } from './verifiers/verifier.ts'

/** The verifiers' reference in Markdown, from their records: what each decides, its options, an example. */
export const describeVerifiers = (): string => verifiers.map(describe).join('\n')

function describe({ kind, about, schema, example, needs }: Verifier): string {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' })
  const rows = Object.entries(properties)
    .filter(([key]) => key !== 'kind')
    .map(([key, property]) => {
      const option = property as z.core.JSONSchema.BaseSchema
      const fallback = required.includes(key) ? 'required' : option.default === undefined ? '' : code(option.default)
      return `| \`${key}\` | ${form(option)} | ${fallback} | ${option.description ?? ''} |`
    })
  return [
    `### ${kind}`,
    '',
    about,
    ...(needs.length > 0 ? ['', `Needs \`${needs.join('`, `')}\` of the answer.`] : []),
    '',
    '| option | value | default | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
    '```yaml',
    `verify: ${flow({ kind, ...example.options })}`,
    '```',
    '',
    `Met by ${quote(example.met)}, not by ${quote(example.unmet)}.`,
    '',
  ].join('\n')
}

function form(option: z.core.JSONSchema.BaseSchema): string {
  if (option.enum) return option.enum.map(code).join(', ')
  if (option.anyOf) return option.anyOf.map((one) => form(one as z.core.JSONSchema.BaseSchema)).join(' or ')
  if (option.type === 'array') {
    const items = option.items as z.core.JSONSchema.BaseSchema
    return items.anyOf ? `list, each ${form(items)}` : `list of ${form(items)}`
  }
  return { integer: 'whole number', string: 'text', boolean: 'true, false' }[String(option.type)] ?? String(option.type)
}

const code = (value: unknown): string => `\`${JSON.stringify(value)}\``

function flow(value: object): string {
  const document = new Document(value)
  visit(document, {
    Collection: (_, node) => {
      node.flow = true
    },
  })
  return document.toString({ lineWidth: 0 }).trim()
}

function quote({ text, durationSeconds, measures = {} }: Answer): string {
  const measured = Object.entries(measures).map(([name, { value, unit = '' }]) =>
    `a ${name} of ${value} ${unit}`.trim(),
  )
  const lasting = durationSeconds === undefined ? [] : [`in ${durationSeconds} s`]
  return [`“${text}”`, ...lasting, ...measured.map((text) => `with ${text}`)].join(' ')
}
