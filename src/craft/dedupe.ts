import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { seededRandom } from '../random.ts'
import { type FilterOptions, type FilterReport, filterLines } from './filter.ts'
import { bandsFor, jaccard, keyTable, minHasher, shinglesOf } from './minHash.ts'
import { lineAt } from './records.ts'
import { refuseAllEmpty, textOf } from './text.ts'
import { mix, wordsOf } from './words.ts'

export interface DedupeOptions extends FilterOptions {
  /** `near`: Jaccard similarity of runs of words at or above the threshold; `exact`: the same words (near). */
  readonly by?: 'near' | 'exact'
  /** Least Jaccard similarity of duplicates (0.8). */
  readonly threshold?: number
  /** Words of a run (5). */
  readonly shingle?: number
  /** Values of a signature, at most (128). */
  readonly permutations?: number
  /** Dotted field of the words. */
  readonly field?: string
  /** Draws the orders of MinHash (0). */
  readonly seed?: number | string
}

/**
 * Drops records that repeat an earlier one that was kept. Near duplicates are found by MinHash in bands (LSH), and every
 * pair found is compared exactly by reading the earlier line again, so that nothing is dropped by chance; a pair just above
 * the threshold may be missed, at most one in twenty. In memory: about 20 bytes a band and kept record.
 *
 * @throws UsageError when no record has the words asked for
 */
export async function dedupe(options: DedupeOptions): Promise<FilterReport> {
  const { by = 'near', threshold = 0.8, shingle = 5, permutations = 128, field, seed = 0 } = options
  const words = textOf(field)
  let [nRecords, nEmpty] = [0, 0]
  const handles = new Map<string, FileHandle>()
  const places: { file: string; offset: number; line: number }[] = []
  const named = ({ file, line }: { file: string; line: number }) => `${file}:${line}`
  const near = by === 'near' ? nearIndex({ threshold, permutations, seed }) : undefined
  const exact = new Map<string, number>()

  async function shinglesAt(index: number): Promise<Uint32Array> {
    const { file, offset } = places[index]!
    const handle = handles.get(file) ?? (await open(file))
    handles.set(file, handle)
    const line = (await lineAt(handle, offset)).replace(/^\uFEFF/, '')
    return shinglesOf(wordsOf(words(JSON.parse(line) as Record<string, unknown>)), shingle)
  }

  try {
    const report = await filterLines(options, async ({ file, line, offset, value }) => {
      nRecords++
      const own = wordsOf(words(value))
      if (own.length === 0) {
        nEmpty++
        return null
      }
      const key = createHash('sha1').update(own.join(' ')).digest('base64')
      const same = exact.get(key)
      if (same !== undefined) return { reason: 'exact duplicate', of: named(places[same]!) }
      if (near) {
        const set = shinglesOf(own, shingle)
        const keys = near.keysOf(set)
        for (const candidate of near.candidates(keys)) {
          const similarity = jaccard(set, await shinglesAt(candidate))
          if (similarity >= threshold) {
            return { reason: 'near duplicate', of: named(places[candidate]!), jaccard: Number(similarity.toFixed(4)) }
          }
        }
        near.add(keys, places.length)
      }
      exact.set(key, places.length)
      places.push({ file, offset, line })
      return null
    })
    refuseAllEmpty(options.inputs.join(', '), nRecords, nEmpty, field)
    return report
  } finally {
    await Promise.all([...handles.values()].map((handle) => handle.close()))
  }
}

function nearIndex({
  threshold,
  permutations,
  seed,
}: {
  threshold: number
  permutations: number
  seed: number | string
}) {
  const { bands, rows } = bandsFor(threshold, permutations)
  const signature = minHasher(bands * rows, seededRandom(seed).child('minhash'))
  const tables = Array.from({ length: bands }, keyTable)
  return {
    /** One key a band. */
    keysOf(set: Uint32Array): Uint32Array {
      const values = signature(set)
      return Uint32Array.from({ length: bands }, (_, band) => {
        let key = band
        for (let row = 0; row < rows; row++) key = mix(Math.imul(key, 31) + values[band * rows + row]!)
        return key
      })
    },
    /** Earlier records that share a band, each once. */
    candidates: (keys: Uint32Array) => new Set([...keys].flatMap((key, band) => [...tables[band]!.get(key)])),
    add(keys: Uint32Array, index: number): void {
      for (const [band, key] of keys.entries()) tables[band]!.add(key, index)
    },
  }
}
