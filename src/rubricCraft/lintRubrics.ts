import { measureNames } from '../../audio/index.ts'
import {
  type LintFinding,
  libraryRubrics,
  lintRubric,
  lintRules,
  loadRubric,
  unknownName,
} from '../../rubrics/index.ts'
import { UsageError } from '../errors.ts'

export interface LintedRubric {
  /** The name or path as it was given. */
  readonly rubric: string
  readonly findings: readonly LintFinding[]
}

/**
 * What lint finds in rubrics, by name or path; in all of the library when none is named.
 *
 * @throws UsageError for a rule that is none, RubricError for a rubric that cannot be read
 */
export async function lintRubrics(
  names: readonly string[],
  options: { allow?: readonly string[] } = {},
): Promise<LintedRubric[]> {
  const { allow = [] } = options
  const rules = lintRules.map(({ name }) => name)
  const stray = allow.find((name) => !rules.includes(name))
  if (stray !== undefined) throw new UsageError(`--allow ${stray}: ${unknownName('rule', stray, rules)}`)
  return Promise.all(
    (names.length === 0 ? libraryRubrics() : names).map(async (rubric) => ({
      rubric,
      findings: lintRubric(await loadRubric(rubric), { measures: measureNames, allow }),
    })),
  )
}

/** One line a finding, as compilers write them: `FILE criteria[2] "brief" error numbers-apart: …`. */
export const lintLines = (linted: readonly LintedRubric[]): string[] =>
  linted.flatMap(({ rubric, findings }) =>
    findings.map(({ index, criterionId, severity, rule, message }) => {
      const place = index === undefined ? '' : ` criteria[${index}] "${criterionId}"`
      return `${rubric}${place} ${severity} ${rule}: ${message}`
    }),
  )
