/** How tokens are averaged to a loss; see {@link tokenWeights}. */
export const AGGREGATIONS = ['token-mean', 'sequence-mean', 'sequence-sum', 'constant'] as const
export type Aggregation = (typeof AGGREGATIONS)[number]

/**
 * Weight of every token in the loss, by answer; n answers have tokens, |o| is an answer's own number.
 *
 *   token-mean     1 / Σ|o|         every token alike (DAPO, arXiv 2503.14476; RuscaRL's script)
 *   sequence-mean  1 / (n·|o|)      every answer alike (GRPO, arXiv 2402.03300; eq. 1 of RuscaRL)
 *   sequence-sum   1 / n            long answers weigh more (verl's `seq-mean-token-sum`)
 *   constant       1 / (n·longest)  the same, by the most tokens that an answer may have (Dr. GRPO, arXiv 2503.20783)
 *
 * The first two sum to 1 over all tokens. An answer without tokens weighs nothing and is left out of n.
 *
 * @param lengths  tokens an answer; 0 leaves it out
 * @param longest  most tokens an answer may have; `constant` alone reads it
 */
export function tokenWeights(lengths: readonly number[], aggregation: Aggregation, longest = 1): number[] {
  const total = lengths.reduce((sum, n) => sum + n, 0)
  const answers = lengths.filter((n) => n > 0).length
  const weightOf = {
    'token-mean': () => 1 / total,
    'sequence-mean': (n: number) => 1 / (answers * n),
    'sequence-sum': () => 1 / answers,
    constant: () => 1 / (answers * longest),
  }[aggregation]
  return lengths.map((n) => (n === 0 ? 0 : weightOf(n)))
}
