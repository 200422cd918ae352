import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { averagingShift, shiftOf } from '../../../src/wordTimes/alignmentShift.ts'
import {
  itemStream,
  parseStream,
  plainTranscript,
  type TimedItem,
  wordTimeStream,
} from '../../../src/wordTimes/stream.ts'

/** Made by test/goldens/textMetrics.py with the released evaluator's own class. */
const golden: { streams: { reference: string; answer: string }[]; aas: number } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../goldens/data/textMetrics.json'), 'utf8'),
)
const itemsOf = (text: string) => {
  const parsed = parseStream(text)
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed
}

const timed = fc
  .array(fc.tuple(fc.option(fc.stringMatching(/^[a-z]{1,6}$/), { freq: 3 }), fc.integer({ min: 1, max: 150 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => {
    let at = 0
    return parts.map(([word, length]): TimedItem => {
      const start = at / 100
      at += length
      return { word, start, end: at / 100 }
    })
  })

describe('a stream of word times', () => {
  it('is that of the release', () => {
    const published = '<|0.00|><|sil|><|0.54|>面<|0.86|>条<|1.17|>机<|1.46|><|sil|><|2.01|>'
    const words = [
      { word: '面', start: 0.54, end: 0.86 },
      { word: '条', start: 0.86, end: 1.17 },
      { word: '机', start: 1.17, end: 1.46 },
    ]
    expect(wordTimeStream(words, { duration: 2.01 })).toBe(published)
    expect(plainTranscript(itemsOf(published), '')).toBe('面条机')
  })

  it('comes back as it was written', () => {
    fc.assert(
      fc.property(timed, (items) => {
        expect(itemsOf(itemStream(items))).toEqual(items)
      }),
    )
  })

  it('has one time more than items, from 0 to the clip’s end, and never goes back, whatever the aligner says', () => {
    const word = fc.record({ word: fc.stringMatching(/^[a-z]{1,5}$/), at: fc.nat(900), length: fc.nat(300) })
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (drawn) => {
        const words = drawn
          .map(({ word, at, length }) => ({ word, start: at / 100, end: (at + length) / 100 }))
          .sort((a, b) => a.start - b.start)
        const items = itemsOf(wordTimeStream(words, { duration: 12 }))
        expect(items[0]!.start).toBe(0)
        expect(items.at(-1)!.end).toBe(12)
        expect(items.flatMap(({ word }) => word ?? [])).toEqual(words.map(({ word }) => word))
        expect(items.some(({ word }, i) => word === null && items[i + 1]?.word === null)).toBe(false)
      }),
    )
  })

  it('halves short gaps and overlaps between neighbours, and calls long gaps silence', () => {
    const words = [
      { word: 'a', start: 0.01, end: 0.5 },
      { word: 'b', start: 0.52, end: 1.1 },
      { word: 'c', start: 1.0, end: 1.5 },
      { word: 'd', start: 1.8, end: 1.99 },
    ]
    expect(wordTimeStream(words, { duration: 2 })).toBe('<|0.00|>a<|0.51|>b<|1.05|>c<|1.50|><|sil|><|1.80|>d<|2.00|>')
  })

  it('of a clip without words is silence', () => {
    expect(wordTimeStream([], { duration: 1.5 })).toBe('<|0.00|><|sil|><|1.50|>')
  })

  it.each([
    [[{ word: ' ', start: 0, end: 1 }], 'word times: word 1, " ", is empty. Leave it out.'],
    [[{ word: '<|sil|>', start: 0, end: 1 }], 'word times: word 1, "<|sil|>", is no word but a tag. Leave it out.'],
    [[{ word: 'a', start: 2, end: 1 }], 'word times: word 1, "a", goes from 2 to 1 s. Mend its times.'],
    [
      [
        { word: 'a', start: 1, end: 2 },
        { word: 'b', start: 0.5, end: 2 },
      ],
      'word times: word 2, "b", starts at 0.5 s, before the one before it. Put words in order.',
    ],
    [[{ word: 'a', start: 1, end: 4 }], 'word times: word 1, "a", ends at 4 s, after the clip\'s end at 3 s.'],
  ])('refuses %j', (words, message) => {
    expect(() => wordTimeStream(words, { duration: 3 })).toThrow(message)
  })

  it('beyond 30 s has no tokens', () => {
    expect(() => wordTimeStream([{ word: 'a', start: 30.2, end: 31 }])).toThrow(
      's has no token. They go from 0.00 to 30.00 s.',
    )
  })

  it.each([
    ['hello', 'no time token in it'],
    ['hello<|0.00|>', '"hello" stands before the first time'],
    ['<|0.00|>hello', '"hello" has no end'],
    ['<|0.00|>a<|0.50|><|0.70|>', 'nothing between 0.50 and 0.70'],
    ['<|0.50|>a<|0.30|>', '0.30 comes after 0.50'],
  ])('says what is wrong with %s', (text, problem) => {
    expect(parseStream(text)).toEqual({ problem })
  })
})

describe('the averaging shift', () => {
  it('is that of the released evaluator', () => {
    const judged = golden.streams.map(({ reference, answer }) => ({ answer, references: [reference] }))
    expect(averagingShift.measure(judged)).toEqual({
      value: expect.closeTo(1000 * golden.aas, 8),
      n: golden.streams.length,
      nUnread: 0,
    })
  })

  it('is 0 of a stream to itself, and does not halve', () => {
    const items = itemsOf('<|0.00|>a<|1.00|>b<|2.00|>')
    expect(shiftOf(items, items)).toEqual({ shift: 0, nItems: 2 })
    const late = itemsOf('<|0.10|>a<|1.10|>b<|2.10|>')
    expect(shiftOf(items, late).shift).toBeCloseTo(0.4, 10)
  })

  it('leaves malformed answers out, and counts them', () => {
    const rows = [
      { answer: '<|0.10|>a<|1.00|>', references: ['<|0.00|>a<|1.00|>'] },
      { answer: 'a', references: ['<|0.00|>a<|1.00|>'] },
    ]
    expect(averagingShift.measure(rows)).toEqual({ value: expect.closeTo(100, 8), n: 1, nUnread: 1 })
    expect(averagingShift.measure(rows.slice(1))).toEqual({ value: null, n: 0, nUnread: 1 })
  })
})
