import { agreementOf } from './agreement.ts'
import { groupBy, itemOf } from './group.ts'
import type { Judgement } from './judgement.ts'

/** Where to draw the line: met from this score up. */
export interface Threshold {
  /** What is compared: the judge's own score, or the share of repeated calls that say met. */
  readonly of: 'score' | 'votes'
  readonly threshold: number
  /** κ on the labels it was chosen on: an upper bound. */
  readonly kappa: number
  /** κ on answers it was not chosen on, a fifth of them at a time; null where that has no κ. */
  readonly kappaHeldOut: number | null
  /** κ at 0.5, for comparison. */
  readonly kappaAtHalf: number | null
}

const FOLDS = 5

interface Scored {
  readonly answer: string
  readonly human: boolean
  readonly score: number
}

/**
 * The threshold with the greatest κ against people, ties to the one nearest 0.5, and what it is worth on answers that it
 * was not chosen on. null where there is neither a score nor a repeated call, or no κ at all.
 */
export function thresholdOf(judgements: readonly Judgement[]): Threshold | null {
  const hasScores = judgements.some(({ score }) => score !== undefined)
  const items = [...groupBy(judgements, itemOf).values()].flatMap((calls): Scored[] => {
    const scores = calls.flatMap(({ score, judge }) =>
      hasScores ? (score === undefined ? [] : [score]) : judge === null ? [] : [Number(judge)],
    )
    if (scores.length === 0) return []
    const { answer, human } = calls[0]!
    return [{ answer, human, score: scores.reduce((sum, one) => sum + one, 0) / scores.length }]
  })
  if (!items.some(({ score }) => score > 0 && score < 1)) return null
  const best = choose(items)
  if (best === null) return null
  return {
    of: hasScores ? 'score' : 'votes',
    threshold: best,
    kappa: kappaAt(items, best)!,
    kappaHeldOut: heldOut(items),
    kappaAtHalf: kappaAt(items, 0.5),
  }
}

function choose(items: readonly Scored[]): number | null {
  const scores = [...new Set(items.map(({ score }) => score))].sort((a, b) => a - b)
  const between = scores.slice(1).map((score, i) => (score + scores[i]!) / 2)
  let best: { at: number; kappa: number } | null = null
  for (const at of between) {
    const kappa = kappaAt(items, at)
    if (kappa === null) continue
    const better = best === null || kappa > best.kappa + 1e-12
    const nearer =
      best !== null && Math.abs(kappa - best.kappa) <= 1e-12 && Math.abs(at - 0.5) < Math.abs(best.at - 0.5)
    if (better || nearer) best = { at, kappa }
  }
  return best?.at ?? null
}

/** Each fifth of the answers is judged by the threshold that the other four fifths choose. */
function heldOut(items: readonly Scored[]): number | null {
  const fold = new Map([...groupBy(items, ({ answer }) => answer).keys()].map((answer, i) => [answer, i % FOLDS]))
  const folds = Array.from({ length: FOLDS }, (_, i) => i)
  const pairs = folds.flatMap((left) => {
    const own = items.filter(({ answer }) => fold.get(answer) === left)
    const at = choose(items.filter(({ answer }) => fold.get(answer) !== left)) ?? 0.5
    return own.map(({ human, score }) => ({ human, judge: score >= at }))
  })
  return agreementOf(pairs).kappa
}

const kappaAt = (items: readonly Scored[], at: number): number | null =>
  agreementOf(items.map(({ human, score }) => ({ human, judge: score >= at }))).kappa
