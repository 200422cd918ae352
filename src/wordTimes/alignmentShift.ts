import { align } from '../metrics/align.ts'
import type { Metric } from '../metrics/metric.ts'
import { isFault, parseStream, SILENCE, type TimedItem } from './stream.ts'

export interface ShiftSum {
  /** Σ |Δstart| + |Δend| over the items that both have, in seconds. */
  readonly shift: number
  readonly nItems: number
}

/**
 * How far the times of an answer lie from those of a reference: items are aligned by edit distance, silences like words,
 * and only equal ones count.
 */
export function shiftOf(reference: readonly TimedItem[], answer: readonly TimedItem[]): ShiftSum {
  const names = (items: readonly TimedItem[]) => items.map(({ word }) => word ?? SILENCE)
  let [shift, nItems] = [0, 0]
  for (const edit of align(names(reference), names(answer))) {
    if (edit.kind !== 'equal') continue
    const [right, said] = [reference[edit.i]!, answer[edit.j]!]
    shift += Math.abs(right.start - said.start) + Math.abs(right.end - said.end)
    nItems++
  }
  return { shift, nItems }
}

/**
 * Accumulated averaging shift (AAS; arXiv 2305.11013, papers.md §2.5) in milliseconds, as Qwen-Audio's evaluator computes
 * it: Σ (|Δstart| + |Δend|) / n, not halved. A pair with a malformed answer is left out and counted; the evaluator
 * stops there. A word that a stream is not cut for (a time that goes back, a hole) is malformed too.
 */
export const averagingShift: Metric = {
  name: 'aas',
  unit: 'ms',
  better: 'lower',
  about: 'accumulated averaging shift of word times: |Δstart| + |Δend| a word that was recognised',
  measure(judged) {
    let [shift, nItems, n, nUnread] = [0, 0, 0, 0]
    for (const { answer, references } of judged) {
      const [right, said] = [parseStream(references[0]!), parseStream(answer)]
      if (isFault(right) || isFault(said)) {
        nUnread++
        continue
      }
      const own = shiftOf(right, said)
      shift += own.shift
      nItems += own.nItems
      n++
    }
    return { value: nItems === 0 ? null : (1000 * shift) / nItems, n, nUnread }
  },
}
