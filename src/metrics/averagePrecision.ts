import { bareLabel } from './accuracy.ts'
import { type Metric, meanOf } from './metric.ts'

/**
 * Average precision of one label, equal to scikit-learn's: Σ (Rₙ − Rₙ₋₁)·Pₙ over the thresholds from the highest score
 * down; equal scores are one threshold. Null when no item has the label.
 *
 * @param scores one an item; higher is more likely
 * @param isPositive whether the item has the label
 */
export function averagePrecision(scores: readonly number[], isPositive: readonly boolean[]): number | null {
  const nPositive = isPositive.filter(Boolean).length
  if (nPositive === 0) return null
  const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!)
  let [sum, nSeen, nRight, recall] = [0, 0, 0, 0]
  for (const [rank, i] of order.entries()) {
    nSeen++
    if (isPositive[i]) nRight++
    if (rank + 1 < order.length && scores[order[rank + 1]!] === scores[i]) continue
    sum += (nRight / nPositive - recall) * (nRight / nSeen)
    recall = nRight / nPositive
  }
  return sum
}

/** Labels of a list as answers write it: between commas, or one a line. */
export const labelsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(/[,;\n]|\band\b/)
      .map(bareLabel)
      .filter(Boolean),
  ),
]

/**
 * Mean over labels of the average precision, for clips of several labels. A text names a label or does not, so its scores
 * are 1 and 0, as in the evaluator of Qwen-Audio's note qualities. Labels that no reference has are left out.
 */
export const meanAveragePrecision: Metric = {
  name: 'map',
  unit: '%',
  better: 'higher',
  about: 'mean over labels of the average precision of naming them',
  measure(judged) {
    const right = judged.map(({ references }) => new Set(references.flatMap(labelsOf)))
    const said = judged.map(({ answer }) => new Set(labelsOf(answer)))
    const labels = [...new Set(right.flatMap((labels) => [...labels]))]
    const values = labels.map((label) =>
      averagePrecision(
        said.map((own) => Number(own.has(label))),
        right.map((own) => own.has(label)),
      ),
    )
    const mean = meanOf(values.filter((value) => value !== null))
    return { value: mean === null ? null : 100 * mean, n: judged.length }
  },
}
