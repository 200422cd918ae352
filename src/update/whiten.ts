/**
 * Values less their mean, over the root of their variance: (x − m) / √(v + 1e-8), v with Σ counts − 1 below (verl's
 * `masked_whiten`).
 *
 * @param counts how often each value counts (once)
 * @returns      all 0 where the values are equal, or count less than twice together
 */
export function whiten(values: ArrayLike<number>, counts?: ArrayLike<number>): Float32Array {
  const n = values.length
  const whitened = new Float32Array(n)
  const count = (i: number) => counts?.[i] ?? 1
  let total = 0
  let sum = 0
  for (let i = 0; i < n; i++) {
    total += count(i)
    sum += count(i) * values[i]!
  }
  const first = values[0]
  if (total <= 1 || Array.from(values).every((value) => value === first)) return whitened
  const mean = sum / total
  let squares = 0
  for (let i = 0; i < n; i++) squares += count(i) * (values[i]! - mean) ** 2
  const scale = 1 / Math.sqrt(squares / (total - 1) + 1e-8)
  for (let i = 0; i < n; i++) whitened[i] = (values[i]! - mean) * scale
  return whitened
}
