import { stringify } from 'yaml'
import type { Criterion, Rubric, VerifySpec } from '../../../rubrics/index.ts'
import { escaped } from './escaped.ts'

export interface Exported {
  /** A promptfoo configuration in YAML: one test a rubric. */
  readonly text: string
  /** What promptfoo decides otherwise than Rubato, one line each. */
  readonly left: readonly string[]
}

interface Assertion {
  readonly type: string
  readonly value: unknown
  readonly weight: number
  readonly metric: string
}

/**
 * Rubrics as tests of a promptfoo configuration. Points become weights; a penalty becomes `not-` with its points as
 * weight, so that promptfoo's score is (earned + all penalties) / (all points without their sign), which orders answers
 * as Rubato's does. Verifiers of words become assertions that decide alike; what promptfoo cannot measure is given to its
 * grader (`llm-rubric`) in words, and named in `left`.
 */
export function exportPromptfoo(rubrics: readonly Rubric[]): Exported {
  const left: string[] = []
  const tests = rubrics.map(({ name, about, criteria }) => ({
    description: name,
    ...(about === undefined ? {} : { metadata: { about } }),
    assert: criteria.map((criterion) => assertionOf(criterion, name, left)),
  }))
  return { text: stringify({ tests }, { lineWidth: 0 }), left }
}

function assertionOf({ id, criterion, points, verify }: Criterion, rubric: string, left: string[]): Assertion {
  const found = verify === undefined ? undefined : wordsCheck(verify)
  if (verify !== undefined && found === undefined) {
    left.push(`${rubric} ${id}: promptfoo has no ${verify.kind}; its grader reads the text of the criterion.`)
  }
  const { type, value } = found ?? { type: 'llm-rubric', value: criterion }
  return { type: points < 0 ? `not-${type}` : type, value, weight: Math.abs(points), metric: id }
}

/** The assertion that decides as a verifier does; undefined where there is none. */
function wordsCheck(verify: VerifySpec): { type: string; value: unknown } | undefined {
  switch (verify.kind) {
    case 'regex':
      return { type: 'javascript', value: test(verify.pattern, `${verify.flags}u`) }
    case 'exact':
      return verify.strict && verify.any_of.length === 1 ? { type: 'equals', value: verify.any_of[0] } : undefined
    case 'word-count':
      return {
        type: 'word-count',
        value: { min: verify.min, ...(verify.max !== undefined && { max: verify.max }) },
      }
    case 'contains':
      return verify.plural ? undefined : { type: 'javascript', value: mentions(verify.any_of, verify.all_of) }
    case 'excludes':
      return verify.plural ? undefined : { type: 'javascript', value: `!(${mentions(verify.none_of)})` }
    default:
      return undefined
  }
}

const test = (pattern: string, flags: string): string =>
  `new RegExp(${JSON.stringify(pattern)}, '${flags}').test(output)`

/** One of `anyOf` and all of `allOf` as whole words, in any case; spaces and hyphens are equal. */
function mentions(anyOf: readonly string[] | undefined, allOf: readonly string[] = []): string {
  const letter = '[\\p{L}\\p{N}\\p{M}_]'
  const words = (phrase: string) => phrase.trim().split(/\s+/).map(escaped).join('[\\s\u2010-\u2015-]+')
  const one = (phrases: readonly string[]) =>
    test(`(?<!${letter})(?:${phrases.map(words).join('|')})(?!${letter})`, 'iu')
  return [...(anyOf === undefined ? [] : [one(anyOf)]), ...allOf.map((phrase) => one([phrase]))].join(' && ')
}
