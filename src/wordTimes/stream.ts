import { UsageError } from '../errors.ts'

/** A word, or null for silence, with its start and end in seconds. */
export interface TimedItem {
  readonly word: string | null
  readonly start: number
  readonly end: number
}

export interface TimedWord extends TimedItem {
  readonly word: string
}

export const SILENCE = '<|sil|>'
/** Whisper's window: there are 3,001 time tokens. */
const MOST_SECONDS = 30

/** The token of a time: `<|2.33|>`. @throws UsageError outside of 0 … 30 s */
export function timeToken(seconds: number): string {
  const hundredths = Math.round(seconds * 100)
  if (hundredths >= 0 && hundredths <= 100 * MOST_SECONDS) return `<|${(hundredths / 100).toFixed(2)}|>`
  throw new UsageError(`word times: ${seconds} s has no token. They go from 0.00 to ${MOST_SECONDS.toFixed(2)} s.`)
}

/**
 * Words and their times as Qwen-Audio writes them (SRWT, arXiv 2311.07919, §3.3; papers.md §2.5): a time before and after
 * every item, neighbours sharing theirs, silence as `<|sil|>`: n items, n + 1 times, from 0.00 to the clip's end.
 *
 * Times of aligners are mended where they must be: a gap of at most `joined` is halved between its neighbours, a longer
 * one is silence; where words overlap they share the middle.
 *
 * @param duration the clip's length in seconds; the end of the last word when left out
 * @param joined   longest gap that is no silence, in seconds; 0.02, two tokens
 * @throws UsageError when a word is empty, holds a tag, ends before it starts, starts before the one before it, or lies
 *   outside of the clip or of 30 s
 * @example
 * wordTimeStream([{ word: 'noodle', start: 0.54, end: 1.17 }], { duration: 2.01 })
 * // '<|0.00|><|sil|><|0.54|>noodle<|1.17|><|sil|><|2.01|>'
 */
export function wordTimeStream(
  words: readonly TimedWord[],
  { duration, joined = 0.02 }: { readonly duration?: number; readonly joined?: number } = {},
): string {
  const clipEnd = duration ?? words.at(-1)?.end ?? 0
  const items: TimedItem[] = []
  let from = 0
  const isSilence = (end: number, start: number) => start - end > joined + 1e-9 // 0.52 − 0.5 is more than 0.02
  /** Goes on to `start`: through silence, or at once. */
  const reach = (start: number) => {
    if (!isSilence(from, start)) return
    items.push({ word: null, start: from, end: start })
    from = start
  }
  reach(words[0]?.start ?? clipEnd)
  for (const [i, { word, end }] of words.entries()) {
    checkWord(words, i, clipEnd)
    const next = words[i + 1]?.start ?? clipEnd
    const own = Math.max(end, from)
    // A short gap, and an overlap, is shared; the clip's end is nobody's to share.
    const to = isSilence(own, next)
      ? own
      : i + 1 < words.length
        ? Math.max((own + next) / 2, from)
        : Math.max(clipEnd, own)
    items.push({ word: word.trim(), start: from, end: to })
    from = to
    reach(next)
  }
  return itemStream(items.length > 0 ? items : [{ word: null, start: 0, end: clipEnd }])
}

/** Items that touch as tokens. */
export const itemStream = (items: readonly TimedItem[]): string =>
  items.map(({ word, start }) => timeToken(start) + (word ?? SILENCE)).join('') + timeToken(items.at(-1)?.end ?? 0)

function checkWord(words: readonly TimedWord[], i: number, duration: number): void {
  const { word, start, end } = words[i]!
  const where = `word times: word ${i + 1}, "${word}"`
  if (word.trim() === '' || /<\|[^|]*\|>/.test(word)) {
    throw new UsageError(`${where}, is ${word.trim() === '' ? 'empty' : 'no word but a tag'}. Leave it out.`)
  }
  if (!(start >= 0 && end >= start)) throw new UsageError(`${where}, goes from ${start} to ${end} s. Mend its times.`)
  if (i > 0 && start < words[i - 1]!.start) {
    throw new UsageError(`${where}, starts at ${start} s, before the one before it. Put words in order.`)
  }
  // Aligners round: half a token beyond the end is at the end.
  if (end > duration + 0.005) throw new UsageError(`${where}, ends at ${end} s, after the clip's end at ${duration} s.`)
}

/** Why a text is no stream of word times. */
export interface StreamFault {
  readonly problem: string
}

/**
 * The items of a stream, or what is wrong with it: answers of models are often malformed, and are counted then.
 *
 * @example parseStream('<|0.00|><|sil|><|0.54|>noodle<|1.17|>') // two items
 */
export function parseStream(text: string): readonly TimedItem[] | StreamFault {
  const pieces = text.trim().split(/<\|(\d{1,2}\.\d+)\|>/)
  const times = pieces.filter((_, i) => i % 2 === 1).map(Number)
  const words = pieces.filter((_, i) => i % 2 === 0)
  if (times.length === 0) return { problem: 'no time token in it' }
  if (words[0]!.trim() !== '') return { problem: `"${words[0]!.trim().slice(0, 20)}" stands before the first time` }
  if (words.at(-1)!.trim() !== '') return { problem: `"${words.at(-1)!.trim().slice(0, 20)}" has no end` }
  const inner = words.slice(1, -1).map((word) => word.trim())
  const hole = inner.indexOf('')
  if (hole >= 0) return { problem: `nothing between ${times[hole]!.toFixed(2)} and ${times[hole + 1]!.toFixed(2)}` }
  const back = times.findIndex((time, i) => i > 0 && time < times[i - 1]!)
  if (back >= 0) return { problem: `${times[back]!.toFixed(2)} comes after ${times[back - 1]!.toFixed(2)}` }
  return inner.map((word, i) => ({ word: word === SILENCE ? null : word, start: times[i]!, end: times[i + 1]! }))
}

export const isFault = (parsed: readonly TimedItem[] | StreamFault): parsed is StreamFault => 'problem' in parsed

/** The words that a stream says, with spaces where its language has them. */
export const plainTranscript = (items: readonly TimedItem[], separator = ' '): string =>
  items.flatMap(({ word }) => (word === null ? [] : [word])).join(separator)
