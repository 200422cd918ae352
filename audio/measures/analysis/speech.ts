import { WINDOW } from './silero.ts'

/** A stretch of speech, in seconds from the start of the recording. */
export interface Segment {
  readonly from: number
  readonly to: number
}

const RATE = 16_000 // Hz
const BEGINS = 0.5 // probability from which speech begins
const ENDS = 0.35 // probability below which it may have ended
const SHORTEST = 0.25 // seconds; a shorter burst is no speech
const GAP = 0.1 // seconds; a shorter silence splits nothing
const MARGIN = 0.03 // seconds kept on either side

/**
 * Returns where somebody speaks, from the probability of each 32 ms window: Silero's `get_speech_timestamps` with its own
 * defaults: begins at 0.5, ends after 100 ms below 0.35, bursts under 250 ms are dropped, 30 ms kept on either side.
 *
 * @param nSamples  length of the clip at 16 kHz
 */
export function segmentsOf(probabilities: Float32Array, nSamples: number): Segment[] {
  const found: { from: number; to: number }[] = [] // in samples
  let from = -1 // where the open segment began
  let silent = -1 // where it may have ended
  const close = (to: number) => {
    if (to - from > SHORTEST * RATE) found.push({ from, to })
    from = silent = -1
  }
  for (const [window, probability] of probabilities.entries()) {
    const at = window * WINDOW
    if (probability >= BEGINS) {
      silent = -1
      if (from < 0) from = at
    } else if (from >= 0 && probability < ENDS) {
      if (silent < 0) silent = at
      if (at - silent >= GAP * RATE) close(silent)
    }
  }
  if (from >= 0) close(nSamples)
  return found.map((segment) => ({
    from: Math.max(0, segment.from / RATE - MARGIN),
    to: Math.min(nSamples / RATE, segment.to / RATE + MARGIN),
  }))
}

/** Seconds of speech in all. */
export const spokenSeconds = (speech: readonly Segment[]): number =>
  speech.reduce((sum, { from, to }) => sum + to - from, 0)

/** Silences between segments, in seconds. */
export const gapsOf = (speech: readonly Segment[]): number[] =>
  speech.slice(1).map(({ from }, i) => from - speech[i]!.to)
