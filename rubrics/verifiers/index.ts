import { z } from 'zod'
import { complement } from './complement.ts'
import { contains } from './contains.ts'
import { exact } from './exact.ts'
import { excludes } from './excludes.ts'
import { mathEqual } from './mathEqual.ts'
import { measure } from './measure.ts'
import { numeric } from './numeric.ts'
import { orderOfMentions } from './orderOfMentions.ts'
import { regex } from './regex.ts'
import { runs } from './runs.ts'
import { speakingRate } from './speakingRate.ts'
import { type Answer, type Finding, type Verifier, verdict } from './verifier.ts'
import { wordCount } from './wordCount.ts'
import { wordErrors } from './wordErrors.ts'

/** Every verifier. A new one is a new file and a line here. */
const list = [
  contains,
  excludes,
  exact,
  regex,
  wordCount,
  wordErrors,
  numeric,
  mathEqual,
  complement,
  runs,
  orderOfMentions,
  speakingRate,
  measure,
] as const

export const verifiers: readonly Verifier[] = list

type SchemasOf<List extends readonly Verifier[]> = { readonly [I in keyof List]: List[I]['schema'] }

/** The `verify` block of a criterion, told apart by its `kind`. */
export const verifySchema = z.discriminatedUnion(
  'kind',
  list.map(({ schema }) => schema) as unknown as SchemasOf<typeof list>,
)

export type VerifySpec = z.output<typeof verifySchema>

const byKind = new Map(verifiers.map((verifier) => [verifier.kind, verifier]))

/** What the verifier named by `spec.kind` finds in an answer. */
export function verify(spec: VerifySpec, answer: Answer): Finding {
  const verifier = byKind.get(spec.kind)!
  const lacking = verifier.needs.filter((need) => answer[need] === undefined)
  if (lacking.length > 0) return verdict(null, `the answer has no ${lacking.join(', ')}, which ${spec.kind} needs`)
  return verifier.check(answer, spec)
}
