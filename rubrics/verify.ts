import type { Criterion } from './schema.ts'
import { verify } from './verifiers/index.ts'
import type { Answer } from './verifiers/verifier.ts'

/** The decision on one criterion; `met: null` is unknown, which is worth 0 and counted. */
export interface Verdict {
  readonly criterionId: string
  readonly met: boolean | null
  readonly reason: string
}

/** What the criterion's verifier decides, without a model. A criterion without `verify` is unknown here: a judge must decide it. */
export function verifyCriterion(criterion: Criterion, answer: Answer): Verdict {
  if (!criterion.verify) return { criterionId: criterion.id, met: null, reason: 'has no verifier; a judge must decide' }
  return { criterionId: criterion.id, ...verify(criterion.verify, answer) }
}
