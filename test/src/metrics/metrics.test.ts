import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accuracy,
  align,
  averagePrecision,
  type BleuTokenizer,
  bleu,
  captionCider,
  captionWords,
  characterErrorRate,
  cider,
  corpusBleu,
  countErrors,
  type Judged,
  meanAveragePrecision,
  wordErrorRate,
} from '../../../src/metrics/index.ts'

const read = (name: string) =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, '../../goldens/data', name), 'utf8'))

/** Made by test/goldens/textMetrics.py. */
const golden: {
  bleu: { answers: string[]; references: string[][]; tokenize: BleuTokenizer; bleu: number }[]
  cider: { answers: string[]; references: string[][]; scores: number[] }[]
  averagePrecision: { scores: number[]; isPositive: boolean[]; value: number }[]
} = read('textMetrics.json')
/** Made by test/goldens/whisperNormaliser.py with jiwer. */
const spoken: {
  pairs: [string, string][]
  words: { substitutions: number; deletions: number; insertions: number; hits: number; wer: number }
  cer: number
} = read('whisperNormaliser.json')

const judged = (...pairs: readonly [reference: string, answer: string, language?: string][]): Judged[] =>
  pairs.map(([reference, answer, language]) => ({
    answer,
    references: [reference],
    ...(language === undefined ? {} : { language }),
  }))

describe('error rates', () => {
  it('are those of jiwer on texts in Whisper’s normal form', () => {
    const { value, n } = wordErrorRate.measure(judged(...spoken.pairs))
    expect(value).toBeCloseTo(100 * spoken.words.wer, 10)
    expect(n).toBe(spoken.pairs.length)
  })

  it('take the reference with fewest errors', () => {
    const two = [{ answer: 'a dog barks', references: ['the cat meows', 'a dog barked'] }]
    expect(wordErrorRate.measure(two).value).toBeCloseTo(100 / 3, 10)
  })

  it('count characters where words have no spaces, and tell languages apart', () => {
    const { value, parts } = wordErrorRate.measure(
      judged(['你好世界', '你好世间', 'zh'], ['a dog barks', 'a dog', 'en']),
    )
    expect(parts).toEqual({ zh: 25, en: expect.closeTo(100 / 3, 10) })
    expect(value).toBeCloseTo((100 * 2) / 7, 10)
  })

  it('of characters leave spaces out', () => {
    expect(characterErrorRate.measure(judged(['one dog', 'onedog'])).value).toBe(0)
    expect(characterErrorRate.measure(judged(['abcd', 'abxd'])).value).toBe(25)
  })

  it('are unknown without a word to recognise, never 0', () => {
    expect(wordErrorRate.measure([]).value).toBeNull()
    expect(wordErrorRate.measure(judged(['[music]', 'hello'])).value).toBeNull()
  })
})

const list = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 })

describe('an alignment', () => {
  it('turns reference into answer, in order', () => {
    fc.assert(
      fc.property(list, list, (reference, answer) => {
        const edits = align(reference, answer)
        expect(edits.flatMap((edit) => ('i' in edit ? [edit.i] : []))).toEqual([...reference.keys()])
        expect(edits.flatMap((edit) => ('j' in edit ? [edit.j] : []))).toEqual([...answer.keys()])
        for (const edit of edits) {
          if (edit.kind === 'equal') expect(reference[edit.i]).toBe(answer[edit.j])
          if (edit.kind === 'substitution') expect(reference[edit.i]).not.toBe(answer[edit.j])
        }
      }),
    )
  })

  it('costs the same both ways, nothing only between equals, and never more by a detour', () => {
    const cost = (a: string[], b: string[]) => {
      const { substitutions, deletions, insertions } = countErrors(a, b)
      return substitutions + deletions + insertions
    }
    fc.assert(
      fc.property(list, list, list, (a, b, c) => {
        expect(cost(a, b)).toBe(cost(b, a))
        expect(cost(a, b) === 0).toBe(a.join() === b.join())
        expect(cost(a, c)).toBeLessThanOrEqual(cost(a, b) + cost(b, c))
      }),
    )
  })
})

describe('BLEU', () => {
  it.each(golden.bleu.map((one, i) => ({ ...one, i })))('is sacreBLEU’s, case $i ($tokenize)', (one) => {
    expect(corpusBleu(one.answers, one.references, one.tokenize)).toBeCloseTo(one.bleu, 9)
  })

  it('over several languages is their mean, each cut in its own way', () => {
    const [english, chinese] = [golden.bleu[4]!, golden.bleu[6]!]
    const rows = [
      ...english.answers.map((answer, i) => ({ answer, references: english.references[i]!, language: 'en' })),
      ...chinese.answers.map((answer, i) => ({ answer, references: chinese.references[i]!, language: 'zh' })),
    ]
    const { value, parts } = bleu.measure(rows)
    expect(parts).toEqual({ en: expect.closeTo(english.bleu, 9), zh: expect.closeTo(chinese.bleu, 9) })
    expect(value).toBeCloseTo((english.bleu + chinese.bleu) / 2, 9)
  })
})

describe('CIDEr', () => {
  it.each(golden.cider.map((one, i) => ({ ...one, i })))('is pycocoevalcap’s on the same words, case $i', (one) => {
    const split = (text: string) => text.split(' ')
    const ours = cider(
      one.answers.map(split),
      one.references.map((some) => some.map(split)),
    )
    for (const [i, score] of one.scores.entries()) expect(ours[i], `clip ${i}`).toBeCloseTo(score, 9)
  })

  it('cuts captions as the COCO tools do', () => {
    expect(captionWords("A dog isn't barking; it's 3,000 ft. away (far-off)!")).toEqual([
      'a',
      'dog',
      'is',
      "n't",
      'barking',
      'it',
      "'s",
      '3,000',
      'ft',
      'away',
      'far-off',
    ])
  })

  it('of one clip alone is unknown', () => {
    expect(captionCider.measure(judged(['a dog', 'a dog']))).toEqual({ value: null, n: 1 })
  })
})

describe('labels', () => {
  it('have scikit-learn’s average precision, ties included', () => {
    for (const { scores, isPositive, value } of golden.averagePrecision)
      expect(averagePrecision(scores, isPositive)).toBeCloseTo(value, 12)
    expect(averagePrecision([1, 0], [false, false])).toBeNull()
  })

  it('have a mean average precision of 100 when all are named and no other', () => {
    const rows = judged(['dog, rain', 'rain and dog'], ['cat', 'Cat.'])
    expect(meanAveragePrecision.measure(rows).value).toBe(100)
    // Of dog, rain and cat, "cat" is named for both clips: 0.5; "dog" for its own; "rain" for none: 0.5.
    const poor = judged(['dog, rain', 'dog, cat'], ['cat', 'cat'])
    expect(meanAveragePrecision.measure(poor).value).toBeCloseTo((100 * (1 + 0.5 + 0.5)) / 3, 10)
  })

  it('are right but for case, punctuation and an article', () => {
    const rows = judged(['Park', 'a park.'], ['metro_station', 'metro station'], ['happy', 'happy or sad'])
    expect(accuracy.measure(rows)).toEqual({ value: expect.closeTo(200 / 3, 10), n: 3 })
  })
})
