import type { Judgement } from './judgement.ts'

/** One criterion of one answer, whatever the call. */
export const itemOf = ({ answer, criterion }: Judgement): string => JSON.stringify([answer, criterion])

/** The list in groups of one key each, in order of first appearance. */
export function groupBy<T>(list: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of list) {
    const key = keyOf(one)
    const group = groups.get(key)
    if (group) group.push(one)
    else groups.set(key, [one])
  }
  return groups
}
