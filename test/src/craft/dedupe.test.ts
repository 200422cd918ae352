import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bandsFor, dedupe, jaccard, minHasher, shinglesOf, wordsOf } from '../../../src/craft/index.ts'
import { keyTable } from '../../../src/craft/minHash.ts'
import { seededRandom } from '../../../src/random.ts'
import { folderWith, jsonLines } from '../temporary.ts'

describe('MinHash', () => {
  it('agrees in the share of values that the Jaccard similarity is', () => {
    const n = 2000
    const signature = minHasher(n, seededRandom(3))
    for (const common of [0, 20, 50, 90, 100]) {
      const a = Uint32Array.from({ length: 100 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 0)
      const b = Uint32Array.from({ length: 100 }, (_, i) => Math.imul(i < common ? i + 1 : i + 1000, 0x9e3779b1) >>> 0)
      const truth = jaccard(a, b)
      const [x, y] = [signature(a), signature(b)]
      const share = x.filter((value, i) => value === y[i]).length / n
      const error = Math.sqrt((truth * (1 - truth)) / n)
      expect(Math.abs(share - truth), `${common} in common`).toBeLessThanOrEqual(4 * error)
    }
  })

  it('chooses the most rows with which 19 of 20 pairs at the threshold are found', () => {
    expect(bandsFor(0.8, 128)).toEqual({ bands: 18, rows: 7 }) // 1 − (1 − 0.8⁷)¹⁸ = 0.986; of 8 rows 0.947
    for (const threshold of [0.3, 0.5, 0.7, 0.9, 0.95]) {
      const { bands, rows } = bandsFor(threshold, 128)
      expect(bands * rows).toBeLessThanOrEqual(128)
      expect(1 - (1 - threshold ** rows) ** bands).toBeGreaterThanOrEqual(0.95)
    }
    expect(bandsFor(0.001, 16)).toEqual({ bands: 16, rows: 1 }) // as good as it gets
  })

  it('files and finds every number under its key', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 3000 }), (keys) => {
        const table = keyTable()
        for (const [value, key] of keys.entries()) table.add(key, value)
        for (const key of [0, 7, 40]) {
          const expected = keys.flatMap((own, i) => (own === key ? [i] : []))
          expect([...table.get(key)].sort((a, b) => a - b)).toEqual(expected)
        }
      }),
      { numRuns: 20 },
    )
  })
})

describe('dedupe', () => {
  const words = Array.from({ length: 60 }, (_, i) => `word${i}`)
  const near = words.with(30, 'other').join(' ') // 5 of 56 runs differ: 51/61 = 0.836
  const far = words.map((word, i) => (i % 10 === 0 ? 'other' : word)).join(' ')

  async function deduped(texts: readonly string[], options: object = {}) {
    const folder = folderWith({ 'in.jsonl': jsonLines(...texts.map((text, id) => ({ id, text }))) })
    const [input, out] = [path.join(folder, 'in.jsonl'), path.join(folder, 'out.jsonl')]
    const report = await dedupe({ inputs: [input], out, ...options })
    const lines = (file: string) =>
      readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    return { report, kept: lines(out).map(({ id }) => id), dropped: lines(report.droppedFile), input }
  }

  it('drops near duplicates at or above the threshold, and names the earlier one and the similarity', async () => {
    const { kept, dropped, input } = await deduped([words.join(' '), far, near, words.join('  ').toUpperCase()])
    expect(kept).toEqual([0, 1])
    expect(dropped[0]).toMatchObject({ reason: 'near duplicate', of: `${input}:1`, jaccard: 0.8361 })
    expect(dropped[1]).toMatchObject({ reason: 'exact duplicate', of: `${input}:1` })
    expect(jaccard(shinglesOf(wordsOf(near), 5), shinglesOf(words, 5))).toBeCloseTo(51 / 61, 10)
  })

  it('by exact keeps what differs in a word', async () => {
    expect((await deduped([words.join(' '), near, words.join(', ')], { by: 'exact' })).kept).toEqual([0, 1])
  })

  it('drops no pair below the threshold, whatever the bands say', async () => {
    const texts = Array.from({ length: 60 }, (_, i) =>
      words.map((word, k) => (k % 60 < i ? `${word}x${i}` : word)).join(' '),
    )
    const { dropped, report } = await deduped(texts, { threshold: 0.6 })
    for (const { jaccard } of dropped) expect(jaccard).toBeGreaterThanOrEqual(0.6)
    expect(report.kept + dropped.length).toBe(60)
    expect(dropped.length).toBeGreaterThan(10)
  })

  it('keeps records without words, and refuses a file in which none has any', async () => {
    expect((await deduped(['', 'a b', ''])).kept).toEqual([0, 1, 2])
    await expect(deduped(['a b'], { field: 'question' })).rejects.toThrow(/no text at "question"/)
  })
})
