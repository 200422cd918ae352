import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../src/errors.ts'
import { readWords } from '../../../src/wordTimes/readWords.ts'
import { readTextGrid } from '../../../src/wordTimes/textGrid.ts'

/** Made by test/goldens/textGrids.py with two libraries. */
const golden: {
  words: [number, number, string][]
  phones: [number, number, string][]
  texts: Record<'long_textgrid' | 'short_textgrid' | 'textgrid', string>
} = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../goldens/data/textGrids.json'), 'utf8'))

const intervals = (rows: [number, number, string][]) => rows.map(([start, end, word]) => ({ start, end, word }))
const WORDS = [
  { word: 'Hello', start: 0.1, end: 0.5 },
  { word: 'there', start: 0.6, end: 1 },
]

describe('a TextGrid', () => {
  it.each(['long_textgrid', 'short_textgrid'] as const)('in the %s format gives its tiers of intervals', (form) => {
    expect(readTextGrid(golden.texts[form])).toEqual([
      { name: 'speaker - phones', intervals: intervals(golden.phones) },
      { name: 'speaker - words', intervals: intervals(golden.words) },
    ])
  })

  it('of another library is read as well', () => {
    const plain = golden.words.map(([start, end, word]): [number, number, string] => [
      start,
      end,
      word.replaceAll('"', ''),
    ])
    expect(readTextGrid(golden.texts.textgrid)).toEqual([
      { name: 'phones', intervals: intervals(golden.phones) },
      { name: 'words', intervals: intervals(plain) },
    ])
  })

  it('gives the words of its tier of words, without silences', () => {
    const [recording] = readWords(golden.texts.long_textgrid, 'a.TextGrid')
    expect(recording!.words.map(({ word }) => word)).toEqual(['the', 'so-called "dog"', 'barks'])
  })

  it('is told from what is none', () => {
    expect(readTextGrid('hello')).toBeNull()
    expect(() => readWords('hello', 'a.TextGrid')).toThrow("a.TextGrid: no TextGrid in Praat's text format.")
  })
})

describe('words of aligners', () => {
  it.each([
    ['a list', WORDS],
    ['OpenAI’s verbose transcript', { language: 'en', words: WORDS, text: 'Hello there' }],
    ['WhisperX', { language: 'en', segments: [{ words: [{ ...WORDS[0], score: 0.9 }] }, { words: [WORDS[1]] }] }],
    ['whisper-timestamped', { segments: [{ words: WORDS.map(({ word, ...times }) => ({ text: word, ...times })) }] }],
  ])('are read as %s', (_, json) => {
    expect(readWords(JSON.stringify(json), 'a.json')[0]!.words).toEqual(WORDS)
  })

  it('count those that WhisperX could not align', () => {
    const json = { segments: [{ words: [WORDS[0], { word: '2014' }] }] }
    expect(readWords(JSON.stringify(json), 'a.json')).toEqual([{ name: '', words: [WORDS[0]], nUntimed: 1 }])
  })

  it('are read from CTM, recording by recording, comments and silences left out', () => {
    const ctm =
      ';; made by hand\nrec1 1 0.10 0.40 Hello 0.98\nrec2 1 0.00 0.30 <eps>\nrec2 1 0.30 0.20 bye\nrec1 1 0.60 0.40 there\n'
    expect(readWords(ctm, 'a.ctm')).toEqual([
      { name: 'rec1', words: WORDS, nUntimed: 0 },
      { name: 'rec2', words: [{ word: 'bye', start: 0.3, end: 0.5 }], nUntimed: 0 },
    ])
  })

  it.each([
    ['{"a": 1}', 'a.json', 'a.json: neither words nor segments with words in it.'],
    ['x', 'a.json', 'a.json: not JSON. Word times are read from JSON, CTM (.ctm) and TextGrid (.TextGrid).'],
    [
      'rec1 1 zero 0.4 Hello',
      'a.ctm',
      'a.ctm:1 expected "recording channel start duration word", got "rec1 1 zero 0.4 Hello".',
    ],
  ])('that are none are refused: %s', (text, file, message) => {
    expect(() => readWords(text, file)).toThrow(new UsageError(message))
  })
})
