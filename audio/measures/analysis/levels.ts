import type { Segment } from './speech.ts'

const RATE = 16_000 // Hz
const FRAME = 0.02 // seconds
const TAIL = 0.1 // seconds around speech that are neither speech nor noise: its echo, and what the detector cuts off
const LEAST = 0.2 // seconds of either that a level takes

/** Digital silence has no level; it is put here, below what 16 bits can hold (dBFS). */
export const SILENCE = -120

/** Levels of a clip in and out of speech, in dBFS; null where there is too little of one. */
export interface Levels {
  readonly speech: number | null
  readonly noise: number | null
}

/**
 * Returns the level of the speech, the mean power of its stretches, and of the noise, the median power of the 20 ms frames
 * that lie 100 ms or more away from it: a click between two words moves a mean, not a median.
 */
export function levelsOf(samples: Float32Array, speech: readonly Segment[]): Levels {
  const size = FRAME * RATE
  const noise: number[] = []
  const spoken: number[] = []
  let next = 0
  for (let from = 0; from + size <= samples.length; from += size) {
    const [start, end] = [from / RATE, (from + size) / RATE]
    while (next < speech.length && speech[next]!.to + TAIL <= start) next++
    const segment = speech[next]
    if (segment === undefined || end <= segment.from - TAIL) noise.push(power(samples, from, size))
    else if (start >= segment.from && end <= segment.to) spoken.push(power(samples, from, size))
  }
  const enough = (frames: readonly number[]) => frames.length * FRAME >= LEAST - 1e-9
  return {
    speech: enough(spoken) ? decibels(spoken.reduce((sum, one) => sum + one, 0) / spoken.length) : null,
    noise: enough(noise) ? decibels(noise.sort((a, b) => a - b)[noise.length >> 1]!) : null,
  }
}

const decibels = (power: number): number => Math.max(SILENCE, 10 * Math.log10(power))

function power(samples: Float32Array, from: number, length: number): number {
  let sum = 0
  for (let i = from; i < from + length; i++) sum += samples[i]! ** 2
  return sum / length
}
