import { rms } from '../../audio/index.ts'
import { gaussian, type Random } from '../../src/random.ts'
import { type Recording, SAMPLE_RATE } from './recordings.ts'

/** Plain signal work of the scenes: cutting, repeating, levelling, placing. Durations are in seconds, levels in dBFS. */

export const samplesOf = (seconds: number): number => Math.round(seconds * SAMPLE_RATE)

/** The beginning of a recording at `speed` times its own (the pitch goes along), with faded ends; shorter where the recording is. */
export function excerpt({ samples }: Recording, seconds: number, speed: number): Float32Array {
  const length = Math.max(1, Math.min(samplesOf(seconds), Math.floor((samples.length - 1) / speed)))
  const sound = new Float32Array(length)
  const fadeIn = samplesOf(0.002)
  const fadeOut = Math.min(length, samplesOf(0.02))
  for (let i = 0; i < length; i++) {
    const position = i * speed
    const before = Math.floor(position)
    const share = position - before
    const value = (1 - share) * samples[before]! + share * (samples[before + 1] ?? 0)
    sound[i] = value * Math.min(1, (i + 1) / fadeIn, (length - i) / fadeOut)
  }
  return sound
}

/** One hit, `hits` times, `spacing` seconds from onset to onset. */
export function repeated(hit: Float32Array, hits: number, spacing: number): Float32Array {
  const sound = new Float32Array(samplesOf((hits - 1) * spacing) + hit.length)
  for (let i = 0; i < hits; i++) place(sound, hit, i * spacing, 1)
  return sound
}

export function place(into: Float32Array, sound: Float32Array, atSeconds: number, gain: number): void {
  const at = samplesOf(atSeconds)
  for (let i = 0; i < sound.length && at + i < into.length; i++) into[at + i]! += gain * sound[i]!
}

const FRAME = 320 // samples, 20 ms

/** What an ear takes of a sound: how long it is audible (seconds, within 26 dB of its loudest frame), its level then, and that of its loudest 100 ms. */
export function audible(sound: Float32Array): { seconds: number; level: number; peakLevel: number } {
  const levels: number[] = []
  for (let at = 0; at < sound.length; at += FRAME) levels.push(rms(sound.subarray(at, at + FRAME)))
  const floor = Math.max(...levels) - 26
  const heard = levels.map((level) => level >= floor)
  const power = levels.map((level) => 10 ** (level / 10))
  const inDb = (powers: readonly number[]) => 10 * Math.log10(powers.reduce((sum, p) => sum + p, 0) / powers.length)
  const windows = power.map((_, i) => inDb(power.slice(i, i + 5)))
  return {
    seconds: Math.min(sound.length, (heard.lastIndexOf(true) + 1) * FRAME) / SAMPLE_RATE,
    level: inDb(power.filter((_, i) => heard[i])),
    peakLevel: Math.max(...windows),
  }
}

/** Gain that brings a sound from `level` to `target` (both dBFS) without its samples leaving ±0.95. */
export function gainTo(target: number, level: number, sound: Float32Array): number {
  let peak = 1e-9
  for (const value of sound) peak = Math.max(peak, Math.abs(value))
  return Math.min(10 ** ((target - level) / 20), 0.95 / peak)
}

/** Scales a clip down where overlapping sounds would leave ±0.99. */
export function limit(samples: Float32Array): void {
  let peak = 0
  for (const value of samples) peak = Math.max(peak, Math.abs(value))
  if (peak > 0.99) for (let i = 0; i < samples.length; i++) samples[i]! *= 0.99 / peak
}

/** A second or more of white noise at 0 dBFS, drawn once and read from random places: drawing it anew would cost more than all the rest. */
export function noiseBed(random: Random): Float32Array {
  return Float32Array.from({ length: 1 << 17 }, () => gaussian(random))
}

export function addNoise(samples: Float32Array, bed: Float32Array, level: number, random: Random): void {
  const gain = 10 ** (level / 20)
  const from = Math.floor(random() * bed.length)
  for (let i = 0; i < samples.length; i++) samples[i]! += gain * bed[(from + i) % bed.length]!
}
