import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { loadAudio } from '../../audio/index.ts'

const samplesFolder = join(
  dirname(createRequire(import.meta.url).resolve('supersonic-scsynth-samples/package.json')),
  'samples',
)

/** Path of one of the 206 FLAC recordings (CC0) of supersonic-scsynth-samples. */
export function recordingPath(name: string): string {
  return join(samplesFolder, `${name}.flac`)
}

/** A recording at 16 kHz. */
export async function recording(name: string): Promise<Float32Array> {
  return (await loadAudio(recordingPath(name))).samples
}

/** Uniform noise in [-0.5, 0.5) from a linear congruential generator (Numerical Recipes' constants). */
export function noise(length: number, seed: number): Float32Array {
  let state = seed >>> 0
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32 - 0.5
  })
}

/** A rising tone with a triangle wave under it: the same in Python, see test/goldens/audio_log_mel.py. */
export function chirp(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => {
    const triangle = Math.abs(((i * 0.013) % 2) - 1) - 0.5
    return 0.5 * Math.sin(2e-5 * i * i) + 0.2 * triangle + 0.001 * (((i * 7919) % 1009) / 1009 - 0.5)
  })
}

export function tone(hertz: number, seconds: number, sampleRate: number): Float32Array {
  return Float32Array.from({ length: Math.round(seconds * sampleRate) }, (_, i) =>
    Math.sin((2 * Math.PI * hertz * i) / sampleRate),
  )
}

/** The sound of the encoded files: 440 Hz left, 1000 Hz right, faded in; see test/goldens/audio_encoded.py. */
export function twoTones(sampleRate: number): [Float32Array, Float32Array] {
  const one = (hertz: number) => tone(hertz, 0.4, sampleRate).map((x, i) => 0.5 * Math.min(1, i / sampleRate / 0.1) * x)
  return [one(440), one(1000)]
}
