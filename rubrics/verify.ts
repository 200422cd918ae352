import { type Rule, ruleOf } from './rules.ts'
import type { Criterion } from './schema.ts'
import { verify } from './verifiers/index.ts'
import type { Answer } from './verifiers/verifier.ts'

/** The decision on one criterion; `met: null` is unknown, which is worth 0 and counted. */
export interface Verdict {
  readonly criterionId: string
  readonly met: boolean | null
  readonly reason: string
}

/**
 * What is decided about a criterion without a model: by its verifier, or by the rule its tags name. Unknown when it
 * has neither, since a judge must decide then, and when its rule was not passed in.
 *
 * @param options.rules  by name, such as `math_verify`; see `ruleOf`
 * @example
 * verifyCriterion(rubric.criteria[0], { text: 'Two dogs bark.' })
 * // { criterionId: 'brief', met: true, reason: '3 words, allowed at most 25' }
 */
export function verifyCriterion(
  criterion: Criterion,
  answer: Answer,
  options: { rules?: Readonly<Record<string, Rule>> } = {},
): Verdict {
  const criterionId = criterion.id
  if (criterion.verify) return { criterionId, ...verify(criterion.verify, answer) }
  const rule = ruleOf(criterion)
  if (rule === null) return { criterionId, met: null, reason: 'has no verifier; a judge must decide' }
  const { rules = {} } = options
  if (!Object.hasOwn(rules, rule.name))
    return { criterionId, met: null, reason: `its rule "${rule.name}" was not passed in` }
  return { criterionId, ...rules[rule.name]!(answer, rule.parameters) }
}
