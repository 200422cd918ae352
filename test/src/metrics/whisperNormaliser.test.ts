import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { normaliseBasic, normaliseEnglish } from '../../../src/metrics/whisperNormaliser/index.ts'

/** Made by test/goldens/whisperNormaliser.py with Whisper's own code. */
const golden: { english: [string, string][]; basic: [string, string, string][] } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../goldens/data/whisperNormaliser.json'), 'utf8'),
)

describe("Whisper's normal form", () => {
  it('of English is that of the reference, on sentences and on 400 draws of number words', () => {
    const differing = golden.english.flatMap(([text, right]) => {
      const ours = normaliseEnglish(text)
      return ours === right ? [] : [{ text, right, ours }]
    })
    expect(differing).toEqual([])
    expect(golden.english.length).toBeGreaterThan(400)
  })

  it('of other languages is that of the reference, by words and by letters', () => {
    for (const [text, words, letters] of golden.basic) {
      expect(normaliseBasic(text)).toBe(words)
      expect(normaliseBasic(text, true)).toBe(letters)
    }
  })
})
