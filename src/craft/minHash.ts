import type { Random } from '../random.ts'
import { hashOf, mix } from './words.ts'

/** Hashes of the runs of `n` words; a text of fewer words is one run. Each once. */
export function shinglesOf(words: readonly string[], n: number): Uint32Array {
  const hashes = words.map((word) => hashOf(word))
  const found = new Set<number>()
  const last = Math.max(0, hashes.length - n)
  if (hashes.length > 0) {
    for (let from = 0; from <= last; from++) {
      let hash = 0
      const to = Math.min(hashes.length, from + n)
      for (let i = from; i < to; i++) hash = (Math.imul(hash, 0x01000193) + hashes[i]!) | 0
      found.add(mix(hash))
    }
  }
  return Uint32Array.from(found)
}

/** |A ∩ B| / |A ∪ B|; 1 for two empty sets. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  if (a.length === 0 && b.length === 0) return 1
  const known = new Set(a)
  let common = 0
  for (const hash of b) if (known.has(hash)) common++
  return common / (a.length + b.length - common)
}

/**
 * MinHash (Broder, 1997): the least value of each of `n` random orders over a set. Two sets agree in one of them with
 * probability of their Jaccard similarity.
 */
export function minHasher(n: number, random: Random): (set: Uint32Array) => Uint32Array {
  const word = () => Math.floor(random() * 2 ** 32) >>> 0
  const factors = Uint32Array.from({ length: n }, () => word() | 1)
  const offsets = Uint32Array.from({ length: n }, word)
  return (set) => {
    const signature = new Uint32Array(n).fill(0xffffffff)
    for (const element of set) {
      for (let i = 0; i < n; i++) {
        let value = Math.imul(element ^ offsets[i]!, factors[i]!)
        value = (value ^ (value >>> 15)) >>> 0 // a product's low bits know only low bits
        if (value < signature[i]!) signature[i] = value
      }
    }
    return signature
  }
}

export interface Bands {
  readonly bands: number
  readonly rows: number
}

/**
 * Bands and rows of a signature of at most `n` values: the most rows a band, so the fewest pairs found in vain, with which a
 * pair at the threshold is still found with probability `recall`, 1 − (1 − tʳ)ᵇ. Whoever compares what is found exactly
 * loses only what is missed; datasketch weighs both errors alike, and misses two in five pairs just above 0.8.
 */
export function bandsFor(threshold: number, n: number, recall = 0.95): Bands {
  for (let rows = n; rows > 1; rows--) {
    const bands = Math.floor(n / rows)
    if (1 - (1 - threshold ** rows) ** bands >= recall) return { bands, rows }
  }
  return { bands: n, rows: 1 }
}

/**
 * Numbers filed under 32-bit keys, in two typed arrays: 11 to 21 bytes an entry, where a Map takes 40 or more. Several
 * numbers may stand under one key.
 */
export function keyTable() {
  let keys = new Uint32Array(1024)
  let values = new Int32Array(1024).fill(-1)
  let size = 0
  const place = (table: Int32Array, key: number) => {
    const mask = table.length - 1
    let at = key & mask
    while (table[at]! >= 0) at = (at + 1) & mask
    return at
  }
  return {
    add(key: number, value: number): void {
      if (++size > 0.7 * keys.length) {
        const [oldKeys, oldValues] = [keys, values]
        keys = new Uint32Array(2 * oldKeys.length)
        values = new Int32Array(2 * oldKeys.length).fill(-1)
        for (let i = 0; i < oldKeys.length; i++) {
          if (oldValues[i]! < 0) continue
          const at = place(values, oldKeys[i]!)
          keys[at] = oldKeys[i]!
          values[at] = oldValues[i]!
        }
      }
      const at = place(values, key)
      keys[at] = key
      values[at] = value
    },
    *get(key: number): Generator<number> {
      const mask = keys.length - 1
      for (let at = key & mask; values[at]! >= 0; at = (at + 1) & mask) if (keys[at] === key >>> 0) yield values[at]!
    },
  }
}
