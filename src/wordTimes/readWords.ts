import { UsageError } from '../errors.ts'
import type { TimedWord } from './stream.ts'
import { readTextGrid } from './textGrid.ts'

/** The words of one recording; its name is what the aligner calls it, or '' when the file holds one only. */
export interface AlignedRecording {
  readonly name: string
  readonly words: readonly TimedWord[]
  /** Code, where the aligner says one. */
  readonly language?: string
  /** Words without times: WhisperX could not align them. They are left out. */
  readonly nUntimed: number
}

/**
 * Word times as aligners write them:
 *
 * - JSON: a list of `{word, start, end}`, or an object with `words`, or with `segments` that have `words` (WhisperX,
 *   whisper-timestamped, OpenAI's verbose transcripts); a word may be called `text`
 * - CTM (NIST sclite, Kaldi): `recording channel start duration word [confidence]`
 * - TextGrid (Praat, Montreal Forced Aligner): the tier called `words` or ending in `- words`, else the first
 *
 * Silences (`<eps>`, `sil`, `SP`, empty) are no words.
 *
 * @param file named in errors; its ending says which of the formats it is
 * @throws UsageError when it is none of them
 */
export function readWords(text: string, file: string): AlignedRecording[] {
  if (/\.textgrid$/i.test(file)) return [gridWords(text, file)]
  if (/\.ctm$/i.test(file)) return ctmWords(text, file)
  return [jsonWords(text, file)]
}

const SILENCES = new Set(['', '<eps>', 'sil', 'sp', 'spn', '<sil>', '{sl}', '<p:>', '*'])
const isWord = ({ word }: TimedWord): boolean => !SILENCES.has(word.trim().toLowerCase())

function gridWords(text: string, file: string): AlignedRecording {
  const tiers = readTextGrid(text)
  if (tiers === null) throw new UsageError(`${file}: no TextGrid in Praat's text format. Save it as a text file.`)
  const tier = tiers.find(({ name }) => /(?:^|- )words$/i.test(name)) ?? tiers[0]
  if (!tier) throw new UsageError(`${file}: no tier of intervals in it. One with words is needed.`)
  return { name: '', words: tier.intervals.filter(isWord), nUntimed: 0 }
}

function ctmWords(text: string, file: string): AlignedRecording[] {
  const recordings = new Map<string, TimedWord[]>()
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith(';;')) continue
    const [name, , start, duration, word] = line.trim().split(/\s+/)
    const times = [Number(start), Number(duration)]
    if (name === undefined || word === undefined || !times.every(Number.isFinite)) {
      throw new UsageError(
        `${file}:${i + 1} expected "recording channel start duration word", got "${line.slice(0, 40)}".`,
      )
    }
    const own = recordings.get(name) ?? []
    own.push({ word, start: times[0]!, end: Math.round(1e6 * (times[0]! + times[1]!)) / 1e6 })
    recordings.set(name, own)
  }
  return [...recordings].map(([name, words]) => ({ name, words: words.filter(isWord), nUntimed: 0 }))
}

interface JsonWord {
  readonly word?: unknown
  readonly text?: unknown
  readonly start?: unknown
  readonly end?: unknown
}

function jsonWords(text: string, file: string): AlignedRecording {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new UsageError(`${file}: not JSON. Word times are read from JSON, CTM (.ctm) and TextGrid (.TextGrid).`)
  }
  const { words, segments, language } = (Array.isArray(json) ? { words: json } : (json ?? {})) as {
    words?: unknown
    segments?: unknown
    language?: unknown
  }
  const found = Array.isArray(words)
    ? words
    : Array.isArray(segments)
      ? segments.flatMap((segment: { words?: unknown }) => (Array.isArray(segment.words) ? segment.words : []))
      : null
  if (found === null) throw new UsageError(`${file}: neither words nor segments with words in it.`)
  const timed = (found as JsonWord[]).flatMap(({ word, text, start, end }): TimedWord[] => {
    const written = typeof word === 'string' ? word : text
    const isTimed = typeof written === 'string' && typeof start === 'number' && typeof end === 'number'
    return isTimed ? [{ word: written.trim(), start, end }] : []
  })
  return {
    name: '',
    words: timed.filter(isWord),
    ...(typeof language === 'string' ? { language } : {}),
    nUntimed: found.length - timed.length,
  }
}
