import { countErrors, normaliseBasic, normaliseEnglish } from '../../src/index.ts'
import { type SeededRandom, seededRandom } from '../../src/random.ts'

/** What was said, and what was written of it. */
export interface Transcribed {
  readonly reference: string
  readonly answer: string
  /** ISO 639-1. */
  readonly language: string
}

export interface WordErrorRate {
  /** Wrong, missing and added words over the words that were said; may exceed 1. */
  readonly rate: number
  /** 95 %, from a bootstrap over recordings. */
  readonly interval: readonly [number, number]
  readonly nWords: number
  readonly nRecordings: number
}

const N_RESAMPLES = 2000

/** Word error rate of all recordings together, in Whisper's normal form. */
export function wordErrorRate(all: readonly Transcribed[], seed: string): WordErrorRate {
  const counts = all.map(({ reference, answer, language }) => {
    const { substitutions, deletions, insertions, nReference } = countErrors(
      items(reference, language),
      items(answer, language),
    )
    return { errors: substitutions + deletions + insertions, words: nReference }
  })
  const rateOf = (some: typeof counts) =>
    some.reduce((sum, { errors }) => sum + errors, 0) / some.reduce((sum, { words }) => sum + words, 0)
  const random: SeededRandom = seededRandom(seed)
  const resampled = Array.from({ length: N_RESAMPLES }, () =>
    rateOf(counts.map(() => counts[random.integer(counts.length)]!)),
  ).sort((a, b) => a - b)
  return {
    rate: rateOf(counts),
    interval: [resampled[Math.floor(0.025 * N_RESAMPLES)]!, resampled[Math.ceil(0.975 * N_RESAMPLES) - 1]!],
    nWords: counts.reduce((sum, { words }) => sum + words, 0),
    nRecordings: all.length,
  }
}

const items = (text: string, language: string): string[] =>
  (language === 'en' ? normaliseEnglish(text) : normaliseBasic(text)).split(/\s+/).filter(Boolean)
