import type { Metric } from '../metrics/index.ts'

/** Start and end in seconds. */
export type Span = readonly [start: number, end: number]

/** The spans of `<|0.50|><|1.20|><|delim|><|3.00|><|3.50|>`; null when a text is none. */
export function parseSpans(text: string): Span[] | null {
  const spans: Span[] = []
  for (const part of text.trim().split('<|delim|>')) {
    const match = /^<\|(\d{1,2}\.\d\d)\|>\s*<\|(\d{1,2}\.\d\d)\|>$/.exec(part.trim())
    if (!match || Number(match[2]) < Number(match[1])) return null
    spans.push([Number(match[1]), Number(match[2])])
  }
  return spans
}

/** Time that two sets of spans share over the time that either covers: 1 when they cover the same, 0 when nothing. */
export function overlapOf(a: readonly Span[], b: readonly Span[]): number {
  const edges = [...new Set([...a, ...b].flat())].sort((x, y) => x - y)
  const covers = (spans: readonly Span[], from: number, to: number) =>
    spans.some(([start, end]) => start <= from && to <= end)
  let [shared, either] = [0, 0]
  for (const [i, from] of edges.slice(0, -1).entries()) {
    const to = edges[i + 1]!
    const [inA, inB] = [covers(a, from, to), covers(b, from, to)]
    if (inA && inB) shared += to - from
    if (inA || inB) either += to - from
  }
  return either === 0 ? 0 : shared / either
}

/** Mean intersection over union of the spans. An answer that is no list of spans overlaps with nothing, and is counted. */
export const groundingOverlap: Metric = {
  name: 'iou',
  unit: '%',
  better: 'higher',
  about: 'time that the spans of answer and reference share, over the time of either',
  measure(judged) {
    let [sum, nUnread] = [0, 0]
    for (const { answer, references } of judged) {
      const [right, said] = [parseSpans(references[0]!), parseSpans(answer)]
      if (said === null) nUnread++
      else if (right !== null) sum += overlapOf(right, said)
    }
    return { value: judged.length === 0 ? null : (100 * sum) / judged.length, n: judged.length, nUnread }
  },
}
