import { z } from 'zod'
import { checkValue } from './readable.ts'
import { RubricError } from './rubricError.ts'
import { type Criterion, criterionId, criterionSchema, type Rubric } from './schema.ts'

/** One line of a HealthBench file, or one row of RuscaRL's training data. */
export interface HealthBenchExample {
  readonly id: string
  readonly messages: readonly { readonly role: string; readonly content: string }[]
  /** Named by the example's id; criteria have ids made from their texts. */
  readonly rubric: Rubric
  /** The whole line as it was read; what Rubato does not use is written back from here. */
  readonly line: Readonly<Record<string, unknown>>
}

/**
 * HealthBench keeps the rubric at the top; RuscaRL's rows in `reward_model`, with a copy in `extra_info` (papers.md
 * §1.1).
 */
const PLACES = [['rubrics'], ['reward_model', 'rubrics'], ['extra_info', 'reward_model', 'rubrics']]

const isTags = (value: unknown): boolean =>
  Array.isArray(value) ? value.every((tag) => typeof tag === 'string') : typeof value === 'object'

const { id, criterion, points, verify } = criterionSchema.shape
const itemSchema = z.looseObject({
  id,
  criterion,
  points,
  tags: z
    .custom<string[] | Record<string, unknown>>(isTags, { error: 'expected a list of texts or a mapping.' })
    .nullish(),
  verify,
})
type Item = z.output<typeof itemSchema>

const rubricsSchema = z.array(itemSchema).min(1)
const rewardSchema = z.looseObject({ rubrics: rubricsSchema.optional() })
const lineSchema = z.looseObject({
  prompt_id: z.string().optional(),
  prompt: z.array(z.looseObject({ role: z.string(), content: z.string() })),
  rubrics: rubricsSchema.optional(),
  reward_model: rewardSchema.optional(),
  extra_info: z.looseObject({ reward_model: rewardSchema.optional() }).optional(),
})

/**
 * The examples of a JSONL text in HealthBench's form (openai/simple-evals) or with RuscaRL's rows.
 * `stringifyHealthBench` gives equal lines back.
 *
 * @throws RubricError with one line a fault, each with its line in the file
 */
export function parseHealthBench(text: string, options: { file?: string } = {}): HealthBenchExample[] {
  const problems: string[] = []
  const examples = text.split('\n').flatMap((json, i) => {
    if (json.trim() === '') return []
    const example = parseLine(json, i + 1, options.file)
    if (!Array.isArray(example)) return [example]
    problems.push(...example)
    return []
  })
  if (problems.length > 0) throw new RubricError(problems.join('\n'))
  return examples
}

/**
 * Examples as JSONL, one a line: each line as it was read, with its criteria in place. Ids that were given and
 * `verify` are written as further keys of an item, which HealthBench's own reader passes over.
 */
export function stringifyHealthBench(examples: readonly HealthBenchExample[]): string {
  return examples.map(({ rubric, line }) => `${JSON.stringify(withRubric(line, rubric))}\n`).join('')
}

function parseLine(json: string, n: number, file?: string): HealthBenchExample | string[] {
  const where = file === undefined ? `line ${n}` : `${file}:${n}`
  let line: unknown
  try {
    line = JSON.parse(json)
  } catch (error) {
    return [`${where}: not JSON: ${(error as Error).message}.`]
  }
  const checked = checkValue(lineSchema, line, where)
  if (!checked.ok) return checked.problems
  const items = PLACES.map((place) => at(checked.value, place)).find((found) => found !== undefined) as
    | Item[]
    | undefined
  if (!items) return [`${where}: no rubrics. Write them in ${PLACES.map((place) => place.join('.')).join(' or ')}.`]
  const id = checked.value.prompt_id ?? `example-${n}`
  const ids = idsOf(items)
  const criteria = items.map((item, i) => toCriterion(item, ids[i]!))
  const twice = ids.find((id, i) => ids.indexOf(id) < i)
  if (twice !== undefined) return [`${where}: two criteria have the id "${twice}". Write another id.`]
  return { id, messages: checked.value.prompt, rubric: { name: id, criteria }, line: line as Record<string, unknown> }
}

/** Equal texts, which real data holds, are told apart by a count. */
function idsOf(items: readonly Item[]): string[] {
  const seen = new Map<string, number>()
  return items.map((item) => {
    if (item.id !== undefined) return item.id
    const id = criterionId(item.criterion)
    const count = (seen.get(id) ?? 0) + 1
    seen.set(id, count)
    return count === 1 ? id : `${id}-${count}`
  })
}

function toCriterion({ criterion, points, tags, verify }: Item, id: string): Criterion {
  return {
    id,
    criterion,
    points,
    ...(tags && { tags: tagList(tags) }),
    ...(verify && { verify }),
  }
}

/** A mapping of tags in the form of a list: `{verifier: 'rule'}` → `verifier:rule`; values that are no text as JSON. */
const tagList = (tags: NonNullable<Item['tags']>): string[] =>
  Array.isArray(tags)
    ? tags
    : Object.entries(tags).map(([key, value]) => `${key}:${typeof value === 'string' ? value : JSON.stringify(value)}`)

function withRubric(line: Readonly<Record<string, unknown>>, rubric: Rubric): object {
  const places = PLACES.filter((place) => at(line, place) !== undefined)
  return (places.length > 0 ? places : [PLACES[0]!]).reduce<object>((whole, place) => {
    const originals = (at(line, place) ?? []) as Item[]
    const ids = idsOf(originals)
    const byId = new Map(originals.map((item, i) => [ids[i]!, item]))
    return put(
      whole,
      place,
      rubric.criteria.map((criterion) => toItem(criterion, byId.get(criterion.id))),
    )
  }, line)
}

/** The item as it was, with what has changed since. */
function toItem({ id, criterion, points, tags = [], verify }: Criterion, original?: Item): object {
  const sameTags = original && JSON.stringify(original.tags ? tagList(original.tags) : []) === JSON.stringify(tags)
  return {
    ...(original ?? (id === criterionId(criterion) ? {} : { id })),
    criterion,
    points,
    ...(!sameTags && { tags }),
    ...(verify && { verify: original?.verify ?? verify }),
  }
}

const at = (value: unknown, place: readonly string[]): unknown =>
  place.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value)

function put(whole: object, [key, ...rest]: readonly string[], value: unknown): object {
  const inner = (whole as Record<string, object>)[key!]
  return { ...whole, [key!]: rest.length === 0 ? value : put(inner ?? {}, rest, value) }
}
