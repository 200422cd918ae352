import { whiten } from './whiten.ts'

/** How rewards become advantages; see {@link groupAdvantages}. */
export const ALGORITHMS = ['grpo', 'dr-grpo', 'rloo', 'grpo-batch', 'reinforce++', 'reinforce++-baseline'] as const
export type Algorithm = (typeof ALGORITHMS)[number]

/**
 * Advantages of answers, of which G belong to one prompt.
 *
 *   grpo        Aᵢ = (rᵢ − mean(r)) / (std(r) + 1e-6),   std with n − 1 in the denominator (arXiv 2402.03300)
 *   dr-grpo     Aᵢ = rᵢ − mean(r): groups that agree are not blown up (Dr. GRPO, arXiv 2503.20783)
 *   rloo        Aᵢ = rᵢ − mean of the G − 1 others = G/(G−1)·(rᵢ − mean(r)) (RLOO, arXiv 2402.14740)
 *   grpo-batch  grpo with std over all answers given (TRL's `scale_rewards: batch`; arXiv 2508.08221)
 *   reinforce++           Aᵢ = (rᵢ − m) / √(v + 1e-8), m and v of all answers of the step, whatever their prompt
 *                         (REINFORCE++, arXiv 2501.03262, eq. 8)
 *   reinforce++-baseline  the same of rᵢ − mean of its group (eq. 11)
 *
 * m and v are taken over tokens, as verl does: an answer counts `lengths` times. mean and std of the others are of a
 * prompt's answers (GRPO as RuscaRL runs it: papers' code uses the sample deviation).
 *
 * @param rewards [batch], answers to one prompt standing together
 * @param group   answers a prompt; must divide the batch
 * @param lengths tokens an answer; `reinforce++` alone reads them (1 each)
 * @returns       [batch]; all 0 where the rewards that are compared are equal. A group of one is 0 by all but the last two
 */
export function groupAdvantages(
  rewards: ArrayLike<number>,
  group: number,
  algorithm: Algorithm = 'grpo',
  lengths?: readonly number[],
): Float32Array {
  if (rewards.length % group !== 0) {
    throw new RangeError(`groupAdvantages: ${rewards.length} rewards do not divide into groups of ${group}.`)
  }
  if (algorithm === 'reinforce++') return whiten(Array.from(rewards), lengths)
  const ofBatch = algorithm === 'grpo-batch' ? moments(Array.from(rewards)).deviation : 0
  const advantages = new Float32Array(rewards.length)
  for (let start = 0; start < rewards.length; start += group) {
    const own = Array.from({ length: group }, (_, i) => rewards[start + i]!)
    const { mean, deviation } = moments(own)
    const scaled = {
      grpo: (difference: number) => difference / (deviation + 1e-6),
      'dr-grpo': (difference: number) => difference,
      rloo: (difference: number) => (group === 1 ? 0 : (difference * group) / (group - 1)),
      'grpo-batch': (difference: number) => difference / (ofBatch + 1e-6),
      'reinforce++-baseline': (difference: number) => (group === 1 ? own[0]! : difference),
    }[algorithm]
    for (const [i, reward] of own.entries()) advantages[start + i] = scaled(reward - mean)
  }
  return algorithm === 'reinforce++-baseline' ? whiten(Array.from(advantages), lengths) : advantages
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
