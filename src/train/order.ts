import { seededRandom, shuffle } from '../random.ts'

/**
 * The items of one step: passes over all of them one after another, each in an order of its own. It follows from seed
 * and step alone, so that a resumed run draws what it would have drawn.
 *
 * @param step 1-based
 */
export const itemsOfStep = <T>(items: readonly T[], perStep: number, step: number, seed: string): T[] =>
  itemsFrom(items, (step - 1) * perStep, perStep, seed)

/** `count` items of the same passes, from a position on, which counts from 0 over all passes. */
export function itemsFrom<T>(items: readonly T[], from: number, count: number, seed: string): T[] {
  const orders = new Map<number, T[]>()
  return Array.from({ length: count }, (_, i) => {
    const position = from + i
    const pass = Math.floor(position / items.length)
    const order = orders.get(pass) ?? shuffle(items, seededRandom(`${seed}/pass/${pass}`))
    orders.set(pass, order)
    return order[position % items.length]!
  })
}

/** The items of one step in the order in which they stand, pass after pass. @param step 1-based */
export const itemsInOrder = <T>(items: readonly T[], perStep: number, step: number): T[] =>
  Array.from({ length: perStep }, (_, i) => items[((step - 1) * perStep + i) % items.length]!)
