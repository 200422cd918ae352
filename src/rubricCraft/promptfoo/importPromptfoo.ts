import { parse } from 'yaml'
import type { z } from 'zod'
import { type Criterion, checkRubric, checkValue, criterionId, type Rubric } from '../../../rubrics/index.ts'
import { UsageError } from '../../errors.ts'
import {
  type AssertionType,
  type AssertionValue,
  assertionSchema,
  assertionTypes,
  configSchema,
  type testSchema,
  valueSchema,
} from './assertion.ts'
import { escaped } from './escaped.ts'

export interface Imported {
  readonly rubrics: readonly Rubric[]
  /** What could not be taken over, one line each: where, what, and why. */
  readonly left: readonly string[]
}

type Test = z.output<typeof testSchema>

/**
 * Rubrics from the assertions of a promptfoo configuration (YAML or JSON): one a test, with the assertions of
 * `defaultTest`. A weight becomes points, `not-` a penalty of as many, `metric` the id; `{{name}}` in a value is filled
 * from the test's vars. Checks of words become verifiers that decide alike, to the letter and to the case; graded ones
 * (`llm-rubric`, `model-graded-closedqa`, `g-eval`) become criteria for a judge. Scripts, similarities, costs and
 * other types have no counterpart: they are left, and each is named.
 *
 * @throws UsageError for what is no promptfoo file
 */
export function importPromptfoo(source: string, options: { file: string }): Imported {
  const { file } = options
  const checked = checkValue(configSchema, parsed(source, file), file)
  if (!checked.ok) throw new UsageError(checked.problems.join('\n'))
  const config = checked.value
  const left: string[] = []
  const { tests, always, about } = Array.isArray(config)
    ? { tests: config, always: [], about: undefined }
    : 'tests' in config && config.tests !== undefined
      ? {
          tests: config.tests as Test[] | string,
          always: (config.defaultTest as Test | undefined)?.assert ?? [],
          about: config.description,
        }
      : { tests: [config as Test], always: [], about: undefined }
  if (typeof tests === 'string') {
    throw new UsageError(`${file} tests: names the file ${tests}. Import that file.`)
  }
  const rubrics = tests.flatMap((test, i) => {
    const where = `${file} tests[${i}]`
    const vars = test.vars ?? {}
    const assertions = [
      ...(test.assert ?? []).map((one, j) => [`${where}.assert[${j}]`, one] as const),
      ...always.map((one, j) => [`${file} defaultTest.assert[${j}]`, one] as const),
    ]
    const criteria = assertions.flatMap(([place, one]) => criteriaOf(one, place, vars, left))
    if (criteria.length === 0) {
      left.push(`${where}: no assertion that a rubric can hold.`)
      return []
    }
    const name = slug(test.description ?? `${about ?? 'promptfoo'} ${i + 1}`)
    return [
      checkRubric({ name, ...(test.description && { about: test.description }), criteria: distinct(criteria) }, where),
    ]
  })
  return { rubrics, left: [...new Set(left)] }
}

function parsed(source: string, file: string): unknown {
  try {
    return parse(source)
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message.split('\n')[0]}`)
  }
}

function criteriaOf(
  value: unknown,
  where: string,
  vars: Readonly<Record<string, unknown>>,
  left: string[],
): Criterion[] {
  const checked = checkValue(assertionSchema, value, where)
  if (!checked.ok) throw new UsageError(checked.problems.join('\n'))
  const { type, weight, metric, assert, threshold } = checked.value
  if (type === 'assert-set') {
    if (threshold !== undefined) left.push(`${where}: a set with a threshold; its assertions count one by one here.`)
    return (assert ?? []).flatMap((one, i) => criteriaOf(one, `${where}.assert[${i}]`, vars, left))
  }
  const negated = type.startsWith('not-')
  const plain = (negated ? type.slice(4) : type) as AssertionType
  if (!assertionTypes.includes(plain)) {
    left.push(`${where}: ${type} has no counterpart in a rubric.`)
    return []
  }
  if (weight === 0) {
    left.push(`${where}: ${type} with weight 0 never counts.`)
    return []
  }
  const filled = fill(checked.value.value, vars)
  const read = checkValue(valueSchema(plain), filled, `${where}.value`)
  if (!read.ok) throw new UsageError(read.problems.join('\n'))
  if (JSON.stringify(filled)?.includes('file://')) {
    left.push(`${where}: ${type} reads its value from a file; write it in place.`)
    return []
  }
  if (plain === 'regex' && !isUnicodePattern(String(read.value))) {
    left.push(`${where}: /${String(read.value)}/ is no pattern under Unicode rules. Check its escapes.`)
    return []
  }
  return statements(plain, read.value as never).map(({ criterion, verify }, i) => ({
    id: metric === undefined ? criterionId(criterion) : `${slug(metric)}${i === 0 ? '' : `-${i + 1}`}`,
    criterion,
    points: negated ? -weight : weight,
    ...(verify && { verify }),
  }))
}

function isUnicodePattern(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u')
    return true
  } catch {
    return false
  }
}

/** The criteria that an assertion stands for; one, but for the steps of `g-eval`. */
function statements<T extends AssertionType>(
  type: T,
  value: AssertionValue<T>,
): Pick<Criterion, 'criterion' | 'verify'>[] {
  const list = [value].flat().map(String)
  const quoted = list.map((one) => `"${one}"`)
  const insensitive = type.startsWith('i')
  const flags = insensitive ? 'i' : ''
  const letterCase = insensitive ? ', in any case' : ''
  const regex = (pattern: string) => ({ kind: 'regex' as const, pattern, flags })
  switch (type) {
    case 'equals':
      return [{ criterion: `Is exactly ${quoted[0]}.`, verify: { kind: 'exact', any_of: list, strict: true } }]
    case 'contains':
    case 'icontains':
    case 'contains-any':
    case 'icontains-any':
      return [
        { criterion: `Contains ${quoted.join(' or ')}${letterCase}.`, verify: regex(list.map(escaped).join('|')) },
      ]
    case 'contains-all':
    case 'icontains-all':
      return [
        {
          criterion: `Contains ${quoted.join(' and ')}${letterCase}.`,
          verify: regex(`^${list.map((one) => `(?=[\\s\\S]*${escaped(one)})`).join('')}`),
        },
      ]
    case 'starts-with':
      return [{ criterion: `Begins with ${quoted[0]}.`, verify: regex(`^${escaped(list[0]!)}`) }]
    case 'regex':
      return [{ criterion: `Matches /${list[0]}/.`, verify: regex(list[0]!) }]
    case 'word-count': {
      const { min = 0, max } = value as AssertionValue<'word-count'>
      const range =
        max === undefined
          ? `at least ${min}`
          : min === max
            ? `exactly ${min}`
            : min > 0
              ? `${min} to ${max}`
              : `at most ${max}`
      return [
        { criterion: `Has ${range} words.`, verify: { kind: 'word-count', min, ...(max !== undefined && { max }) } },
      ]
    }
    default:
      return list.map((criterion) => ({ criterion: criterion.trim() }))
  }
}

/** Fills `{{name}}` from the vars of a test; an unknown name stays, as it would be seen by nobody otherwise. */
function fill(value: unknown, vars: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(value)) return value.map((one) => fill(one, vars))
  if (typeof value !== 'string') return value
  return value.replaceAll(/\{\{\s*([\w.]+)\s*\}\}/g, (whole, name: string) => {
    const found = vars[name]
    return typeof found === 'string' || typeof found === 'number' ? String(found) : whole
  })
}

/** Ids that are taken get a count; a statement that is made twice is one criterion. */
function distinct(criteria: readonly Criterion[]): Criterion[] {
  const seen = new Map<string, number>()
  return criteria.map((criterion) => {
    const count = (seen.get(criterion.id) ?? 0) + 1
    seen.set(criterion.id, count)
    return count === 1 ? criterion : { ...criterion, id: `${criterion.id}-${count}` }
  })
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '') || 'rubric'
