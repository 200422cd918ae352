import type { Pair } from './pairs.ts'

/** Up to `n` items spread evenly over a list, first and last included. */
export function pickSpread<T>(items: readonly T[], n: number): T[] {
  if (items.length <= n) return [...items]
  if (n <= 1) return items.slice(-n)
  return Array.from({ length: n }, (_, i) => items[Math.round((i * (items.length - 1)) / (n - 1))]!)
}

/** `n` items drawn without replacement, in the order of the list. */
export function sample<T>(items: readonly T[], n: number, random: () => number): T[] {
  const order = items.map((_, i) => i)
  for (let i = 0; i < Math.min(n, order.length); i++) {
    const j = i + Math.floor(random() * (order.length - i))
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
    .slice(0, n)
    .sort((a, b) => a - b)
    .map((i) => items[i]!)
}

export interface Example extends Pair {
  /** Why this one is shown. */
  chosen: 'improved most' | 'worsened most' | 'drawn at random'
}

/**
 * Examples to listen to: a few that improved most, as many that worsened most, and the rest drawn at random, each saying
 * which it is. Showing both ends keeps a report from being a collection of its best cases.
 */
export function chooseExamples(pairs: readonly Pair[], n: number, random: () => number): Example[] {
  const change = (pair: Pair) =>
    pair.before?.score == null || pair.after?.score == null ? 0 : pair.after.score - pair.before.score
  const nEnds = Math.floor(n / 5)
  const ranked = pairs.toSorted((a, b) => change(b) - change(a))
  const improved = ranked.filter((pair) => change(pair) > 0).slice(0, nEnds)
  const worsened = ranked
    .toReversed()
    .filter((pair) => change(pair) < 0)
    .slice(0, nEnds)
  const rest = pairs.filter((pair) => !improved.includes(pair) && !worsened.includes(pair))
  const random_ = sample(rest, n - improved.length - worsened.length, random)
  return [
    ...improved.map((pair) => ({ ...pair, chosen: 'improved most' as const })),
    ...worsened.map((pair) => ({ ...pair, chosen: 'worsened most' as const })),
    ...random_.map((pair) => ({ ...pair, chosen: 'drawn at random' as const })),
  ]
}
