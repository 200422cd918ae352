import type { Criterion } from './schema.ts'
import type { Answer, Finding } from './verifiers/verifier.ts'

/**
 * A deterministic function that a criterion's tags name, as in RuscaRL's data; passed in, since its names are the
 * data's own.
 */
export type Rule = (answer: Answer, parameters: string) => Finding

/**
 * The rule that a criterion's tags route it to: `verifier:rule`, `function:NAME`, `parameters:TEXT` (RuscaRL,
 * papers.md §1.1); null when they name none. Parameters given as a mapping in later data are its JSON text.
 */
export function ruleOf({ tags = [] }: Criterion): { name: string; parameters: string } | null {
  const value = (key: string) => tags.find((tag) => tag.startsWith(`${key}:`))?.slice(key.length + 1)
  const name = value('function')
  return value('verifier') === 'rule' && name ? { name, parameters: value('parameters') ?? '' } : null
}
