import { autocorrelator } from './autocorrelation.ts'
import { type Candidate, strongestPath } from './pitchPath.ts'

/** Pitch around one moment. */
export interface PitchFrame {
  /** Seconds from the start of the recording. */
  readonly time: number
  /** Hz; null where nothing is voiced. */
  readonly hertz: number | null
}

export const FLOOR = 75 // Hz
export const CEILING = 600 // Hz
const STEP = 0.75 / FLOOR // seconds between frames: 10 ms
const WINDOW = 3 / FLOOR // seconds: three of the longest periods, 40 ms
const MOST_CANDIDATES = 15
const SILENCE = 0.03 // of the loudest sample, below which a frame is silent
const VOICING = 0.45 // periodicity from which a frame is voiced
const OCTAVE_COST = 0.01 // for each octave below the ceiling

/**
 * Returns the pitch every 10 ms, in 40 ms windows centred in the recording; none for a clip shorter than one window.
 *
 * P. Boersma, “Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a sampled
 * sound” (IFA Proceedings 17, 1993): the autocorrelation of the Hann-windowed frame divided by that of the window; its
 * maxima are candidates of strength r(τ) − 0.01·log₂(600 Hz · τ), and a frame may be unvoiced with strength
 * 0.45 + max(0, 2 − (local peak / global peak) · 1.45 / 0.03). The path over all frames with the greatest sum of strengths
 * less the cost of jumps is the pitch. Constants are those of Praat's “To Pitch (ac)…” from 75 to 600 Hz; so is the octave
 * cost, counted from the ceiling, where the paper counts from the floor: that makes voices 0.03 weaker.
 */
export function trackPitch(samples: Float32Array, sampleRate: number): PitchFrame[] {
  const half = Math.floor((WINDOW * sampleRate) / 2) - 1
  const globalPeak = peakAround(samples, 0, samples.length, mean(samples, 0, samples.length))
  const frames = frameTimes(samples.length / sampleRate)
  if (globalPeak === 0) return frames.map((time) => ({ time, hertz: null }))
  const correlate = autocorrelator(2 * half, Math.floor((2 * half) / 3) + 2)
  const candidates = frames.map((time) => {
    const centre = Math.round(time * sampleRate)
    return candidatesAt(samples, sampleRate, centre, half, globalPeak, correlate)
  })
  return strongestPath(candidates, STEP).map((hertz, i) => ({ time: frames[i]!, hertz }))
}

function frameTimes(duration: number): number[] {
  const nFrames = Math.floor((duration - WINDOW) / STEP + 1e-9) + 1
  const first = (duration - (nFrames - 1) * STEP) / 2
  return Array.from({ length: Math.max(0, nFrames) }, (_, i) => first + i * STEP)
}

function candidatesAt(
  samples: Float32Array,
  sampleRate: number,
  centre: number,
  half: number,
  globalPeak: number,
  correlate: ReturnType<typeof autocorrelator>,
): Candidate[] {
  const period = Math.floor(sampleRate / FLOOR)
  const offset = mean(samples, centre - period, centre + period)
  const localPeak = peakAround(samples, centre - (period >> 1), centre + (period >> 1), offset) / globalPeak
  const unvoiced = VOICING + Math.max(0, 2 - (localPeak * (1 + VOICING)) / SILENCE)
  const found: Candidate[] = [{ hertz: null, strength: unvoiced }]
  if (localPeak === 0) return found
  const { values, at } = correlate(samples, centre - half, offset)
  const shortest = Math.max(2, Math.floor(sampleRate / CEILING))
  const voiced: Candidate[] = []
  for (let lag = shortest; lag < values.length - 1; lag++) {
    const [before, here, after] = [values[lag - 1]!, values[lag]!, values[lag + 1]!]
    if (!(here > 0.5 * VOICING && here > before && here >= after)) continue
    const refined = lag + (after - before) / (2 * (2 * here - before - after))
    const hertz = sampleRate / refined
    if (hertz > CEILING) continue
    const height = at(refined)
    const strength = (height > 1 ? 1 / height : height) - OCTAVE_COST * Math.log2(CEILING / hertz)
    voiced.push({ hertz, strength })
  }
  voiced.sort((a, b) => b.strength - a.strength)
  return [...found, ...voiced.slice(0, MOST_CANDIDATES - 1)]
}

function mean(samples: Float32Array, from: number, to: number): number {
  let sum = 0
  const [first, last] = [Math.max(0, from), Math.min(samples.length, to)]
  for (let i = first; i < last; i++) sum += samples[i]!
  return last > first ? sum / (last - first) : 0
}

function peakAround(samples: Float32Array, from: number, to: number, offset: number): number {
  let most = 0
  for (let i = Math.max(0, from); i < Math.min(samples.length, to); i++) {
    most = Math.max(most, Math.abs(samples[i]! - offset))
  }
  return most
}
