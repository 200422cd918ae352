import { expect } from 'vitest'

/**
 * Fails unless every |actual − expected| ≤ tolerance · max(1, |expected|); the message has the first index that differs,
 * both values, and the largest gap.
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = 'value',
): void {
  expect(actual.length, `${what}: number of values`).toBe(expected.length)
  const gap = (i: number) => Math.abs(actual[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!))
  const indices = Array.from({ length: expected.length }, (_, i) => i)
  const first = indices.find((i) => !(gap(i) <= tolerance))
  if (first === undefined) return
  const worst = indices.reduce((a, b) => (gap(b) > gap(a) ? b : a))
  expect.fail(
    `${what}[${first}] is ${actual[first]}, expected ${expected[first]} within ${tolerance}; ` +
      `largest gap ${gap(worst).toExponential(1)} at ${worst}`,
  )
}
