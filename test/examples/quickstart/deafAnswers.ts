import { QUALITIES } from '../../../examples/quickstart/compose.ts'
import { FAMILIES } from '../../../examples/quickstart/families.ts'
import { answerTo } from '../../../examples/quickstart/language.ts'
import type { Claim } from '../../../examples/quickstart/rubric.ts'

/**
 * The best answer found for a model that says the same to every clip: sounds are added one by one while that helps, then what could be said of
 * each of them. `score` is the mean over the clips.
 */
export function bestConstantAnswer(score: (answer: string) => number): { answer: string; score: number } {
  let best: { claims: Claim[]; score: number } = { claims: [], score: score(answerTo([])) }
  const tryAll = (candidates: readonly Claim[][]) => {
    const found = candidates.map((claims) => ({ claims, score: score(answerTo(claims)) }))
    const first = found.reduce((a, b) => (b.score > a.score ? b : a), best)
    const isBetter = first.score > best.score
    best = first
    return isBetter
  }
  const names = (): number[] => best.claims.flatMap((claim) => (claim.kind === 'names' ? [claim.family] : []))
  const others = () => [...FAMILIES.keys()].filter((family) => !names().includes(family))
  while (tryAll(others().map((family) => [...best.claims, { kind: 'names', family }])));
  const more = (family: number): Claim[] => [
    ...QUALITIES.map((quality): Claim => ({ kind: 'quality', family, quality })),
    ...[1, 2, 3, 4].map((hits): Claim => ({ kind: 'hits', family, hits })),
  ]
  while (
    tryAll(
      names()
        .flatMap(more)
        .map((claim) => [...best.claims, claim]),
    )
  );
  return { answer: answerTo(best.claims), score: best.score }
}
