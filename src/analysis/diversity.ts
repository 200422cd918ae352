/**
 * Mean BLEU of each answer against all others to the same prompt: 1 when they are one text, near 0 when they share
 * nothing (Texygen, arXiv 1802.01886; RuscaRL reports 1 − Self-BLEU, papers.md §1.6). Null of fewer than two answers.
 *
 * BLEU-4 of sentences, with the counts of an order that has no match replaced by ε = 0.1 (NLTK's `method1`, as Texygen).
 *
 * @param answers  texts; their words are runs of letters and digits, in lower case
 */
export function selfBleu(answers: readonly string[]): number | null {
  if (answers.length < 2) return null
  const words = answers.map((answer) => answer.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [])
  const counts = words.map((own) => ORDERS.map((order) => nGrams(own, order)))
  const scores = words.map((own, i) =>
    bleu(
      own.length,
      counts[i]!,
      words.flatMap((other, j) => (j === i ? [] : [{ length: other.length, counts: counts[j]! }])),
    ),
  )
  return scores.reduce((sum, score) => sum + score, 0) / scores.length
}

const ORDERS = [1, 2, 3, 4] as const
const EPSILON = 0.1

type Counts = ReadonlyMap<string, number>

function nGrams(words: readonly string[], order: number): Counts {
  const counts = new Map<string, number>()
  for (let i = 0; i + order <= words.length; i++) {
    const gram = words.slice(i, i + order).join(' ')
    counts.set(gram, (counts.get(gram) ?? 0) + 1)
  }
  return counts
}

/** BLEU = BP · exp(¼ Σₙ ln pₙ), pₙ clipped by the reference that has a word sequence most often. */
function bleu(
  length: number,
  own: readonly Counts[],
  references: readonly { readonly length: number; readonly counts: readonly Counts[] }[],
): number {
  let logPrecision = 0
  for (const [o, order] of ORDERS.entries()) {
    let matched = 0
    for (const [gram, count] of own[o]!) {
      matched += Math.min(count, Math.max(...references.map(({ counts }) => counts[o]!.get(gram) ?? 0)))
    }
    if (order === 1 && matched === 0) return 0
    const possible = Math.max(1, length - order + 1)
    logPrecision += Math.log((matched === 0 ? EPSILON : matched) / possible) / ORDERS.length
  }
  const closest = references
    .map((reference) => reference.length)
    .reduce((a, b) => {
      const nearer = Math.abs(b - length) - Math.abs(a - length)
      return nearer < 0 || (nearer === 0 && b < a) ? b : a
    })
  const brevity = length > closest ? 1 : Math.exp(1 - closest / length)
  return brevity * Math.exp(logPrecision)
}

/**
 * Mean cosine distance of all pairs of embeddings: 0 when all point one way, 1 when they are at right angles on
 * average. Null of fewer than two. Which model embeds is the caller's choice, and part of the number: name it.
 *
 * @throws RangeError when lengths differ, or an embedding is all 0 and has no direction
 */
export function meanCosineDistance(embeddings: readonly ArrayLike<number>[]): number | null {
  if (embeddings.length < 2) return null
  const unit = embeddings.map((vector, i) => {
    if (vector.length !== embeddings[0]!.length)
      throw new RangeError(`meanCosineDistance: embeddings of ${embeddings[0]!.length} and ${vector.length} numbers.`)
    const values = Array.from(vector)
    const norm = Math.hypot(...values)
    if (norm === 0) throw new RangeError(`meanCosineDistance: embedding ${i} is all 0.`)
    return values.map((value) => value / norm)
  })
  // Σ of all pairs from the sum of the unit vectors: |Σu|² = n + 2·Σ_{i<j} uᵢ·uⱼ
  const total = unit[0]!.map((_, d) => unit.reduce((sum, vector) => sum + vector[d]!, 0))
  const n = unit.length
  const pairs = (n * (n - 1)) / 2
  return 1 - (total.reduce((sum, value) => sum + value * value, 0) - n) / 2 / pairs
}
