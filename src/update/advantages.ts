/**
 * Group-relative advantages (GRPO as RuscaRL runs it: papers' code uses the sample deviation).
 *
 *   Aᵢ = (rᵢ − mean(r)) / (std(r) + 1e-6),   std with n − 1 in the denominator
 *
 * @param rewards [batch], answers to one prompt standing together
 * @param group   answers a prompt; must divide the batch
 * @returns       [batch]; all 0 in a group whose rewards are equal, and for a group of one
 */
export function groupAdvantages(rewards: ArrayLike<number>, group: number): Float32Array {
  if (rewards.length % group !== 0) {
    throw new RangeError(`groupAdvantages: ${rewards.length} rewards do not divide into groups of ${group}.`)
  }
  const advantages = new Float32Array(rewards.length)
  for (let start = 0; start < rewards.length; start += group) {
    const own = Array.from({ length: group }, (_, i) => rewards[start + i]!)
    const { mean, deviation } = moments(own)
    for (const [i, reward] of own.entries()) advantages[start + i] = (reward - mean) / (deviation + 1e-6)
  }
  return advantages
}

/** Mean and sample standard deviation (n − 1); the deviation of one number, or of equal ones, is exactly 0. */
export function moments(values: readonly number[]): { mean: number; deviation: number } {
  const n = values.length
  if (n === 0) return { mean: 0, deviation: 0 }
  // A sum of equal numbers is rounded, and 3 · 0.4 / 3 is not 0.4: that would be told as a spread of 1e-17.
  if (values.every((value) => value === values[0])) return { mean: values[0]!, deviation: 0 }
  const mean = values.reduce((total, value) => total + value, 0) / n
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0)
  return { mean, deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : 0 }
}
