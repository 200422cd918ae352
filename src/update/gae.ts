export interface GaeOptions {
  /** Discount a token (γ). */
  readonly gamma: number
  /** How far an advantage looks beyond the next value (λ): 0 one token, 1 to the end of the answer. */
  readonly lambda: number
}

/**
 * Generalised advantages of the tokens of one answer (arXiv 1506.02438, eq. 16), and the returns that its values should
 * have been.
 *
 *   δₜ = rₜ + γ·Vₜ₊₁ − Vₜ,   Aₜ = δₜ + γλ·Aₜ₊₁,   Rₜ = Aₜ + Vₜ;   V and A are 0 behind the last token
 *
 * @param rewards [tokens], the answer's own on its last token
 * @param values  [tokens], of the state before each token
 * @param learnt  [tokens], false on tokens that the policy did not choose, such as a tool's: they are passed over, as verl
 *   passes over observations, and what they have been given counts for the token before (all true)
 */
export function gae(
  rewards: ArrayLike<number>,
  values: ArrayLike<number>,
  { gamma, lambda }: GaeOptions,
  learnt?: readonly boolean[],
): { advantages: Float32Array; returns: Float32Array } {
  const n = rewards.length
  const advantages = new Float32Array(n)
  const returns = new Float32Array(n)
  let nextValue = 0
  let nextAdvantage = 0
  let passed = 0 // rewards of tokens that were passed over
  for (let t = n - 1; t >= 0; t--) {
    if (learnt && !learnt[t]) {
      passed += rewards[t]!
      continue
    }
    const delta = rewards[t]! + passed + gamma * nextValue - values[t]!
    nextAdvantage = delta + gamma * lambda * nextAdvantage
    nextValue = values[t]!
    passed = 0
    advantages[t] = nextAdvantage
    returns[t] = nextAdvantage + values[t]!
  }
  return { advantages, returns }
}
