/** One distinct word of the corpus as token ids, with how often it occurs. */
export interface CountedWord {
  ids: number[]
  count: number
}

/** Pairs are keys of a Map: left · 2²⁰ + right, exact below 2⁵³ and ordered as (left, right). */
const SHIFT = 2 ** 20

interface Candidate {
  count: number
  pair: number
}

/** More frequent first; among equals the pair of smaller ids, which is what makes training deterministic. */
const comesFirst = (a: Candidate, b: Candidate) => a.count > b.count || (a.count === b.count && a.pair < b.pair)

/**
 * Learns BPE merges (Sennrich et al., arXiv 1508.07909, algorithm 1) and yields `[left, right]` in order of learning
 * while the best pair occurs at least `minCount` times. `mergedId` gives the id of the joined token (two different
 * pairs may spell the same token). Changes `words` in place.
 *
 * Counts are kept exact by visiting only the words that hold the merged pair; the queue is lazy, as in Hugging Face's
 * trainer: an entry whose count has since fallen goes back in with the true one.
 */
export function* learnMerges(
  words: CountedWord[],
  mergedId: (left: number, right: number) => number,
  minCount: number,
): Generator<[left: number, right: number]> {
  const counts = new Map<number, number>()
  const wordsWith = new Map<number, Set<number>>()
  const queue: Candidate[] = []

  const add = (word: number, sign: 1 | -1, touched?: Set<number>) => {
    const { ids, count } = words[word]!
    for (let i = 1; i < ids.length; i++) {
      const pair = ids[i - 1]! * SHIFT + ids[i]!
      counts.set(pair, (counts.get(pair) ?? 0) + sign * count)
      if (sign === -1) continue
      touched?.add(pair)
      const holders = wordsWith.get(pair)
      if (holders) holders.add(word)
      else wordsWith.set(pair, new Set([word]))
    }
  }

  for (let word = 0; word < words.length; word++) add(word, 1)
  for (const [pair, count] of counts) push(queue, { pair, count })

  while (true) {
    const best = pop(queue)
    if (!best) return
    const count = counts.get(best.pair) ?? 0
    if (count !== best.count) {
      if (count > 0 && count < best.count) push(queue, { pair: best.pair, count })
      continue
    }
    if (count < minCount) return
    const left = Math.floor(best.pair / SHIFT)
    const right = best.pair % SHIFT
    yield [left, right]
    const merged = mergedId(left, right)
    const touched = new Set<number>()
    for (const word of wordsWith.get(best.pair)!) {
      add(word, -1)
      words[word]!.ids = mergePair(words[word]!.ids, left, right, merged)
      add(word, 1, touched)
    }
    counts.delete(best.pair)
    wordsWith.delete(best.pair)
    for (const pair of touched) {
      const now = counts.get(pair) ?? 0
      if (now > 0) push(queue, { pair, count: now })
    }
  }
}

/** `ids` with every non-overlapping `left, right`, from the left, replaced by `merged`. */
function mergePair(ids: number[], left: number, right: number, merged: number): number[] {
  const joined: number[] = []
  for (let i = 0; i < ids.length; i++) {
    const found = ids[i] === left && ids[i + 1] === right
    joined.push(found ? merged : ids[i]!)
    if (found) i++
  }
  return joined
}

function push(heap: Candidate[], item: Candidate): void {
  let i = heap.length
  while (i > 0) {
    const parent = (i - 1) >> 1
    if (!comesFirst(item, heap[parent]!)) break
    heap[i] = heap[parent]!
    i = parent
  }
  heap[i] = item
}

function pop(heap: Candidate[]): Candidate | undefined {
  const top = heap[0]
  const last = heap.pop()
  if (!top || !last || heap.length === 0) return top
  let i = 0
  while (true) {
    let child = 2 * i + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && comesFirst(heap[child + 1]!, heap[child]!)) child++
    if (!comesFirst(heap[child]!, last)) break
    heap[i] = heap[child]!
    i = child
  }
  heap[i] = last
  return top
}
