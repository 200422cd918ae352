import type { Criterion, Rubric } from '../schema.ts'
import type { VerifySpec } from '../verifiers/index.ts'

/** What a rule found. Points to a criterion, or to the rubric as a whole. */
export interface LintFinding {
  readonly rule: string
  /** An error makes the rubric useless or wrong; a warning is a habit that costs agreement. */
  readonly severity: 'error' | 'warning'
  /** Place in `criteria`, and its id; absent for a finding on the whole rubric. */
  readonly index?: number
  readonly criterionId?: string
  /** What was found, and what would be right. */
  readonly message: string
}

export interface LintOptions {
  /** Names of the measures there are; without it none is called unknown. */
  readonly measures?: readonly string[]
}

/** A criterion for an example: what a rule reads of it. */
type Example = Pick<Criterion, 'criterion' | 'points' | 'tags'> & { readonly verify?: VerifyExample }
type VerifyExample = { readonly kind: VerifySpec['kind'] } & Readonly<Record<string, unknown>>

export interface LintRule {
  readonly name: string
  readonly severity: LintFinding['severity']
  /** What is wrong with what it finds. */
  readonly about: string
  /** What it finds, and the same put right; for the page and the tests. Absent for rules on a whole rubric. */
  readonly bad?: Example
  readonly good?: Example
  check(rubric: Rubric, options: LintOptions): { readonly index?: number; readonly message: string }[]
}

/** A rule that looks at the rubric as a whole. */
export const rubricRule = (rule: Omit<LintRule, 'bad' | 'good'>): LintRule => rule

/** Characters of a criterion that are read: a statement is shorter, and patterns on longer texts take their time. */
const READ = 2000

/** A rule that looks at one criterion at a time. */
export function criterionRule(
  rule: Omit<LintRule, 'check' | 'bad' | 'good'> & {
    bad: Example
    good: Example
    check: (criterion: Criterion, options: LintOptions) => string | null
  },
): LintRule {
  const { check } = rule
  return {
    ...rule,
    check: ({ criteria }, options) =>
      criteria.flatMap((criterion, index) => {
        const message = check({ ...criterion, criterion: criterion.criterion.slice(0, READ) }, options)
        return message === null ? [] : [{ index, message }]
      }),
  }
}
