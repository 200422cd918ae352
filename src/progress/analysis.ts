import type { EvaluationRecord } from '../runs/index.ts'

/** What answers say beside their score, one line each; names and units as docs/analysis.md has them. */
export function analysisLines(evaluations: readonly EvaluationRecord[]): string[] {
  return evaluations.flatMap(({ analysis }) => {
    if (!analysis) return []
    const { n_answers, best_of, entropy, diversity, novelty } = analysis
    return [
      ...(best_of
        ? [`best of N, %: ${best_of.map(({ n, score }) => `${n} ${(100 * score).toFixed(1)}`).join('  ')}`]
        : []),
      ...(entropy === null ? [] : [`entropy: ${entropy.toFixed(3)} nats a token`]),
      ...(diversity === null ? [] : [`diversity (1 − Self-BLEU of ${n_answers} answers): ${diversity.toFixed(3)}`]),
      ...(novelty
        ? [
            `novelty: median ratio ${novelty.median.toFixed(2)}, above 2: ${novelty.above_2} of ${novelty.n}, ` +
              `above 10: ${novelty.above_10}, above 100: ${novelty.above_100}`,
          ]
        : []),
    ]
  })
}
