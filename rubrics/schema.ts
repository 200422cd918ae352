import { createHash } from 'node:crypto'
import { Document, isMap, isSeq, visit } from 'yaml'
import { z } from 'zod'
import { type Checked, checkValue, checkYaml } from './readable.ts'
import { RubricError } from './rubricError.ts'
import { verifySchema } from './verifiers/index.ts'

const notBlank = (what: string) =>
  z.string().refine((text) => text.trim() !== '', { error: `expected ${what}, got blank text.` })

export const criterionSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[\p{L}\p{N}][\p{L}\p{N}._:/-]*$/u, { error: 'expected letters, digits and . _ : / - without spaces.' })
    .optional()
    .describe('names the criterion in reports; made from the text when left out'),
  criterion: notBlank('what is judged').describe('a statement that an answer meets or does not meet'),
  points: z
    .number()
    .refine((points) => points !== 0, { error: 'expected a number other than 0: worth nothing, it would never count.' })
    .describe('worth of meeting it; negative when meeting it is bad'),
  tags: z.array(notBlank('a tag')).optional().describe('groups it is reported under, such as axis:accuracy'),
  verify: verifySchema.optional().describe('decides it by a program; without it a judge decides'),
})

/**
 * A rubric as written in YAML or JSON; ids are filled in. Embeds in other schemas (a sample may carry its own rubric).
 */
export const rubricSchema = z
  .strictObject({
    name: notBlank('a name').describe('names the rubric in recipes and reports'),
    about: z.string().optional().describe('what the rubric is for'),
    criteria: z.array(criterionSchema).min(1),
  })
  .superRefine(({ criteria }, context) => {
    const seen = new Map<string, number>()
    for (const [i, criterion] of criteria.entries()) {
      const id = criterion.id ?? criterionId(criterion.criterion)
      const first = seen.get(id)
      if (first === undefined) {
        seen.set(id, i)
        continue
      }
      const message = criterion.id
        ? `"${id}" already names criteria[${first}]. Write another id.`
        : `the same text as criteria[${first}]. Remove one, or give each an id.`
      context.addIssue({ code: 'custom', path: ['criteria', i, criterion.id ? 'id' : 'criterion'], message })
    }
  })
  .transform(({ criteria, ...rubric }) => ({
    ...rubric,
    criteria: criteria.map(({ id, ...rest }) => ({ id: id ?? criterionId(rest.criterion), ...rest })),
  }))

export type Rubric = z.output<typeof rubricSchema>
export type Criterion = Rubric['criteria'][number]

/**
 * The id of a criterion that has none: its first five words and six digits of the SHA-256 of its text, so it survives
 * reordering.
 */
export function criterionId(text: string): string {
  const words =
    text
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  const hash = createHash('sha256').update(text.normalize('NFC').trim()).digest('hex').slice(0, 6)
  return [...words.slice(0, 5), hash].join('-')
}

/**
 * The rubric in a YAML or JSON text.
 *
 * @throws RubricError with one line a fault, such as
 * `rubrics/voice.yaml:9 criteria[2].verify.max: expected a whole number, got "25 words". Write max: 25.`
 */
export function parseRubric(text: string, options: { file?: string } = {}): Rubric {
  return orThrow(checkYaml(rubricSchema, text, options))
}

/** The rubric in a value that is already parsed. @throws RubricError; its lines begin with `where` */
export function checkRubric(value: unknown, where = 'rubric'): Rubric {
  return orThrow(checkValue(rubricSchema, value, where))
}

/** A rubric as text that `parseRubric` reads back unchanged. */
export function stringifyRubric(rubric: Rubric, format: 'yaml' | 'json'): string {
  if (format === 'json') return `${JSON.stringify(rubric, null, 2)}\n`
  const document = new Document(rubric)
  visit(document, {
    Pair: (_, { key, value }) => {
      const name = String(key)
      if ((name === 'verify' && isMap(value)) || (name === 'tags' && isSeq(value))) value.flow = true
    },
  })
  return document.toString({ lineWidth: 0, flowCollectionPadding: true })
}

function orThrow<T>(checked: Checked<T>): T {
  if (!checked.ok) throw new RubricError(checked.problems.join('\n'))
  return checked.value
}
