import type { Rubric } from '../schema.ts'
import { doubleBarrelled } from './doubleBarrelled.ts'
import { inaudible } from './inaudible.ts'
import { negatedPenalty } from './negatedPenalty.ts'
import { noNegatives } from './noNegatives.ts'
import { noPositives } from './noPositives.ts'
import { numbersApart } from './numbersApart.ts'
import { overlap } from './overlap.ts'
import { proportion } from './proportion.ts'
import type { LintFinding, LintOptions, LintRule } from './rule.ts'
import { uncounted } from './uncounted.ts'
import { unknownMeasure } from './unknownMeasure.ts'
import { vague } from './vague.ts'

export type { LintFinding, LintOptions, LintRule } from './rule.ts'

/** Every rule. A new one is a new file and a line here. */
export const lintRules: readonly LintRule[] = [
  noPositives,
  numbersApart,
  unknownMeasure,
  vague,
  doubleBarrelled,
  overlap,
  inaudible,
  uncounted,
  noNegatives,
  negatedPenalty,
  proportion,
]

/**
 * What makes a rubric hard to judge alike, in the order of its criteria, the rubric's own first. The rules on wording read
 * English; a criterion in another language passes them.
 *
 * @param options.allow  names of rules that are not applied
 */
export function lintRubric(rubric: Rubric, options: LintOptions & { allow?: readonly string[] } = {}): LintFinding[] {
  const { allow = [] } = options
  const findings = lintRules
    .filter(({ name }) => !allow.includes(name))
    .flatMap(({ name, severity, check }) =>
      check(rubric, options).map(({ index, message }): LintFinding => {
        const place = index === undefined ? {} : { index, criterionId: rubric.criteria[index]!.id }
        return { rule: name, severity, ...place, message }
      }),
    )
  return findings.sort((a, b) => (a.index ?? -1) - (b.index ?? -1))
}

/** The rules' reference in Markdown, from their records. */
export function describeLint(): string {
  const rows = lintRules.map(({ name, severity, about, bad, good }) => {
    const example = bad && good ? `“${bad.criterion}” → ${inWords(good)}` : ''
    return `| \`${name}\` | ${severity} | ${about} | ${example} |`
  })
  return ['| rule | | what it finds | for example |', '|---|---|---|---|', ...rows, ''].join('\n')
}

const inWords = ({ criterion, verify }: NonNullable<LintRule['good']>): string =>
  `“${criterion}”${verify === undefined ? '' : `, decided by \`${verify.kind}\``}`
