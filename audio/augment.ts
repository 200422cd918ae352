import { AudioError } from './error.ts'
import type { Random, Waveform } from './types.ts'

/** From and to, both included; the value is drawn uniformly between them. */
export type Range = readonly [from: number, to: number]

/** What may be changed, in the order in which it is; what is left out is left alone. */
export interface AugmentOptions {
  /** Factor on speed and pitch; [0.9, 1.1] is customary. The clip gets shorter or longer. */
  speed?: Range
  /** Seconds that the sound moves later (negative: earlier); the clip keeps its length, silence moves in. */
  shiftSeconds?: Range
  /** Level change in dB. */
  gainDb?: Range
  /** White noise that far below the clip's level, in dB. A silent clip gets none. */
  noiseSnrDb?: Range
}

/**
 * Returns a changed copy of a clip, and what was drawn.
 *
 * Speed is by cubic interpolation, so that sounds above half the rate over `speed` fold back faintly; use `resample` where
 * that matters. Samples may leave [-1, 1]; nothing is clipped. One draw for every option given, then two for every two
 * samples of noise. Throws AudioError for an unknown option, or a range that is none.
 * Sources: speed, Ko et al. 2015 ("Audio augmentation for speech recognition"); noise, Box and Muller 1958.
 *
 * @example
 * const { waveform, drawn } = augment(clip, { speed: [0.9, 1.1], noiseSnrDb: [10, 30] }, random)
 */
export function augment(
  waveform: Waveform,
  options: AugmentOptions,
  random: Random,
): { waveform: Waveform; drawn: { [key in keyof AugmentOptions]?: number } } {
  const drawn: { [key in keyof AugmentOptions]?: number } = {}
  const unknown = Object.keys(options).find((key) => !Object.hasOwn(steps, key))
  if (unknown !== undefined) {
    throw new AudioError(`augment: unknown option "${unknown}". Known are ${Object.keys(steps).join(', ')}.`)
  }
  let { samples } = waveform
  for (const key of Object.keys(steps) as (keyof AugmentOptions)[]) {
    const range = options[key]
    if (range === undefined) continue
    const value = draw(range, key, random)
    samples = steps[key](samples, value, waveform.sampleRate, random)
    drawn[key] = value
  }
  return { waveform: { samples: samples.slice(), sampleRate: waveform.sampleRate }, drawn }
}

type Step = (samples: Float32Array, value: number, sampleRate: number, random: Random) => Float32Array

const steps: Record<keyof AugmentOptions, Step> = {
  speed: (samples, factor) => {
    const length = Math.max(1, Math.round(samples.length / factor))
    return Float32Array.from({ length }, (_, i) => cubic(samples, i * factor))
  },
  shiftSeconds: (samples, seconds, sampleRate) => {
    const later = Math.round(seconds * sampleRate)
    return samples.map((_, i) => samples[i - later] ?? 0)
  },
  gainDb: (samples, db) => samples.map((x) => x * 10 ** (db / 20)),
  noiseSnrDb: (samples, db, _, random) => {
    const power = samples.reduce((sum, x) => sum + x * x, 0) / Math.max(1, samples.length)
    const level = Math.sqrt(power / 10 ** (db / 10))
    const noise = gaussian(samples.length, random)
    return samples.map((x, i) => x + level * noise[i]!)
  },
}

function draw(range: Range, key: keyof AugmentOptions, random: Random): number {
  const [from, to] = range
  if (!(Number.isFinite(from) && Number.isFinite(to) && from <= to && range.length === 2)) {
    throw new AudioError(`augment: ${key} is [${range}], expected two numbers, the smaller one first.`)
  }
  if (key === 'speed' && from <= 0) throw new AudioError(`augment: speed is [${range}], expected factors above 0.`)
  return from + (to - from) * random()
}

/** Catmull and Rom's spline through the four samples around `at`; beyond the ends, the last sample goes on. */
function cubic(samples: Float32Array, at: number): number {
  const i = Math.floor(at)
  const t = at - i
  const sample = (j: number) => samples[Math.max(0, Math.min(samples.length - 1, j))] ?? 0
  const [a, b, c, d] = [sample(i - 1), sample(i), sample(i + 1), sample(i + 2)]
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
}

/** Draws of the standard normal distribution, two from each two uniform ones. */
function gaussian(length: number, random: Random): Float32Array {
  const noise = new Float32Array(length)
  for (let i = 0; i < length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random())) // 1 − [0, 1) is never 0
    const angle = 2 * Math.PI * random()
    noise[i] = radius * Math.cos(angle)
    if (i + 1 < length) noise[i + 1] = radius * Math.sin(angle)
  }
  return noise
}
