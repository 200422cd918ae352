import type { Criterion, Rubric } from '../../rubrics/index.ts'

/** What several tasks judge answers by, made of what is known of the right answer. */

export const rubricOf = (name: string, criteria: readonly Criterion[]): Rubric => ({ name, criteria: [...criteria] })

const listed = (texts: readonly string[]): string => texts.map((text) => `"${text}"`).join(' or ')

/** The answer is one of the references, and nothing else. */
export const isLabel = (references: readonly string[]): Criterion => ({
  id: 'right',
  criterion: `Is ${listed(references)}.`,
  points: 1,
  verify: { kind: 'exact', any_of: [...references], strict: false },
})

/** Words of the answer that are wrong, missing or too many, at most a share of the reference's. */
export const hasFewErrors = (references: readonly string[], share: number, points: number): Criterion => ({
  id: share === 0 ? 'every-word' : `errors-${Math.round(100 * share)}`,
  criterion:
    share === 0
      ? `Has every word of ${listed(references)} and no other.`
      : `Has at most ${Math.round(100 * share)} % of words that differ from ${listed(references)}.`,
  points,
  verify: { kind: 'word-errors', any_of: [...references], at_most: share },
})

/** A pattern that the answer matches, as a criterion names it. */
export const matches = (pattern: string) => ({ kind: 'regex' as const, pattern, flags: '' })
