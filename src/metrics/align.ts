/** What turns a reference into an answer, item by item. */
export type Edit =
  /** Places in reference and answer. */
  { readonly kind: 'equal' | 'substitution'; readonly i: number; readonly j: number } | Deletion | Insertion
type Deletion = { readonly kind: 'deletion'; readonly i: number }
type Insertion = { readonly kind: 'insertion'; readonly j: number }

/**
 * The fewest edits that turn one list into another (Levenshtein), in order. Where several are as few, a substitution goes
 * before an insertion and that before a deletion, as in the package `edit-distance` that the SRWT evaluator uses.
 */
export function align<T>(reference: readonly T[], answer: readonly T[]): Edit[] {
  const [m, n] = [reference.length, answer.length]
  const width = n + 1
  const cost = new Uint32Array((m + 1) * width)
  for (let j = 0; j <= n; j++) cost[j] = j
  for (let i = 1; i <= m; i++) {
    cost[i * width] = i
    for (let j = 1; j <= n; j++) {
      const same = reference[i - 1] === answer[j - 1] ? 0 : 1
      const at = i * width + j
      cost[at] = Math.min(cost[at - width - 1]! + same, cost[at - 1]! + 1, cost[at - width]! + 1)
    }
  }
  const edits: Edit[] = []
  for (let i = m, j = n; i > 0 || j > 0; ) {
    const at = i * width + j
    const same = i > 0 && j > 0 && reference[i - 1] === answer[j - 1]
    if (i > 0 && j > 0 && cost[at] === cost[at - width - 1]! + (same ? 0 : 1)) {
      edits.push({ kind: same ? 'equal' : 'substitution', i: --i, j: --j })
    } else if (j > 0 && cost[at] === cost[at - 1]! + 1) edits.push({ kind: 'insertion', j: --j })
    else edits.push({ kind: 'deletion', i: --i })
  }
  return edits.reverse()
}
