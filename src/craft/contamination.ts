import { lcsWith } from './lcs.ts'
import { wordsOf } from './words.ts'

/** A text that must not be trained on, such as a question of a benchmark. */
export interface TestText {
  readonly name: string
  readonly text: string
}

export interface ContaminationOptions {
  /**
   * `lcs`: LCS ≥ `least` words and ≥ `ratio` of the shorter text (Qwen2.5, arXiv 2412.15115 §2); `ngram`: any run of `n`
   * words in common; `ngram-lcs`: such a run, and LCS > `ratio` of the shorter text (Qwen2.5-Math, arXiv 2409.12122).
   */
  readonly rule: 'lcs' | 'ngram' | 'ngram-lcs'
  /** Words of a run (13). */
  readonly n: number
  /** Least length of a longest common subsequence, in words (13). */
  readonly least: number
  /** Its least share of the shorter of both texts (0.6). */
  readonly ratio: number
}

export interface Contamination {
  /** Name of the test text. */
  readonly test: string
  readonly lcs?: number
  readonly ratio?: number
  readonly ngram?: string
}

interface Doc {
  readonly name: string
  readonly words: readonly string[]
  readonly tokens: readonly number[]
  readonly lcs: ReturnType<typeof lcsWith>
}

/**
 * Finds texts that hold a test text, or are held by one. Exact: no candidate that the rule would drop is passed over.
 * Texts are compared by words; see `wordsOf`.
 */
export function contaminationIndex(tests: readonly TestText[], options: ContaminationOptions) {
  const { rule, n, least, ratio } = options
  const ids = new Map<string, number>()
  const frequencies: number[] = []
  const docs = tests.map(({ name, text }): Doc => {
    const words = wordsOf(text)
    const tokens = words.map((word) => {
      const id = ids.get(word) ?? ids.size
      ids.set(word, id)
      frequencies[id] = (frequencies[id] ?? 0) + 1
      return id
    })
    return { name, words, tokens, lcs: lcsWith(tokens) }
  })
  const runs = rule === 'lcs' ? undefined : runIndex(docs, n)
  const overlaps = rule === 'lcs' ? overlapIndex(docs, frequencies, least) : undefined

  return {
    size: docs.length,
    /** What a text is contaminated by, the strongest; null when it is clean. */
    find(text: string): Contamination | null {
      const words = wordsOf(text)
      const tokens = words.map((word) => ids.get(word) ?? -1)
      if (runs) {
        let found: Contamination | null = null
        for (const { doc, at } of runs(tokens)) {
          const { name, words: own, lcs } = docs[doc]!
          const ngram = own.slice(at, at + n).join(' ')
          if (rule === 'ngram') return { test: name, ngram }
          const length = lcs(tokens)
          const share = length / Math.min(tokens.length, own.length)
          if (share > ratio && share > (found?.ratio ?? 0)) found = { test: name, ngram, lcs: length, ratio: share }
        }
        return found
      }
      let found: Contamination | null = null
      for (const doc of overlaps!(tokens, ratio)) {
        const { name, words: own, lcs } = docs[doc]!
        const shorter = Math.min(tokens.length, own.length)
        const length = lcs(tokens)
        if (length < least || length < ratio * shorter) continue
        if (length / shorter > (found?.ratio ?? 0)) found = { test: name, lcs: length, ratio: length / shorter }
      }
      return found
    },
  }
}

/** Test texts that share a run of n tokens with a sequence, each once, with where the run begins. */
function runIndex(docs: readonly Doc[], n: number) {
  const places = new Map<number, { doc: number; at: number }[]>()
  const power = powerOf(n)
  for (const [doc, { tokens }] of docs.entries()) {
    eachRun(tokens, n, power, (key, at) => {
      const known = places.get(key)
      if (known === undefined) places.set(key, [{ doc, at }])
      else known.push({ doc, at })
    })
  }
  return (tokens: readonly number[]) => {
    const found = new Map<number, { doc: number; at: number }>()
    eachRun(tokens, n, power, (key, at) => {
      for (const place of places.get(key) ?? []) {
        if (found.has(place.doc)) continue
        const own = docs[place.doc]!.tokens
        let same = 0
        while (same < n && own[place.at + same] === tokens[at + same]) same++
        if (same === n) found.set(place.doc, place)
      }
    })
    return found.values()
  }
}

const BASE = 0x01000193

function powerOf(n: number): number {
  let power = 1
  for (let i = 1; i < n; i++) power = Math.imul(power, BASE)
  return power
}

/** A rolling hash of every run of n known tokens. */
function eachRun(tokens: readonly number[], n: number, power: number, visit: (key: number, at: number) => void): void {
  let hash = 0
  let known = 0 // tokens in the window, all of them known
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!
    if (token < 0) {
      known = 0
      hash = 0
      continue
    }
    if (known === n) hash = (hash - Math.imul(tokens[i - n]! + 1, power)) | 0
    else known++
    hash = (Math.imul(hash, BASE) + token + 1) | 0
    if (known === n) visit(hash, i - n + 1)
  }
}

/**
 * Test texts whose LCS with a sequence may reach what the rule asks for. An LCS is no longer than the tokens that both have
 * in common, counted with their repetitions; of a test text all but its `least − 1` most frequent tokens are indexed, so
 * that whoever shares T of them shares T − least + 1 of the indexed ones (prefix filtering).
 */
function overlapIndex(docs: readonly Doc[], frequencies: readonly number[], least: number) {
  const postings = new Map<number, number[]>() // of the k-th occurrence of a token
  const key = (token: number, k: number) => token * 64 + Math.min(63, k)
  for (const [doc, { tokens }] of docs.entries()) {
    const seen = new Map<number, number>()
    const occurrences = tokens.map((token) => {
      const k = seen.get(token) ?? 0
      seen.set(token, k + 1)
      return { token, k }
    })
    occurrences.sort((a, b) => frequencies[a.token]! - frequencies[b.token]! || a.token - b.token || a.k - b.k)
    for (const { token, k } of occurrences.slice(0, Math.max(0, tokens.length - least + 1))) {
      const list = postings.get(key(token, k)) ?? []
      list.push(doc)
      postings.set(key(token, k), list)
    }
  }
  const counts = new Int32Array(docs.length)
  return (tokens: readonly number[], ratio: number): number[] => {
    if (tokens.length < least) return []
    const touched: number[] = []
    const seen = new Map<number, number>()
    for (const token of tokens) {
      if (token < 0) continue
      const k = seen.get(token) ?? 0
      seen.set(token, k + 1)
      for (const doc of postings.get(key(token, k)) ?? []) if (counts[doc]!++ === 0) touched.push(doc)
    }
    const candidates = touched.filter((doc) => {
      const wanted = Math.max(least, Math.ceil(ratio * Math.min(tokens.length, docs[doc]!.tokens.length) - 1e-9))
      return counts[doc]! >= wanted - least + 1
    })
    for (const doc of touched) counts[doc] = 0
    return candidates
  }
}
