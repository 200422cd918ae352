import { loadAudio } from '../../audio/index.ts'

/** Samples a second of every clip that is written, what Whisper hears. */
export const RATE = 16_000

/** A recording without the silence around it, all of one level. */
export async function readWord(file: string): Promise<Float32Array> {
  const { samples } = await loadAudio(file, { sampleRate: RATE })
  return levelled(trimmed(samples))
}

/** From the first to the last 10 ms that is within 35 dB of the loudest, and `margin` seconds around. */
export function trimmed(samples: Float32Array, margin = 0): Float32Array {
  const size = RATE / 100
  const powers = Array.from({ length: Math.floor(samples.length / size) }, (_, i) =>
    samples.subarray(i * size, (i + 1) * size).reduce((sum, x) => sum + x * x, 0),
  )
  const floor = Math.max(...powers) * 10 ** -3.5
  const heard = powers.map((power) => power >= floor)
  const around = Math.round(margin * RATE)
  return samples.slice(Math.max(0, heard.indexOf(true) * size - around), (heard.lastIndexOf(true) + 1) * size + around)
}

/** Brought to −20 dBFS, less where its peak would leave ±0.9. */
export function levelled(samples: Float32Array): Float32Array {
  const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length
  const peak = samples.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-9)
  const gain = Math.min(0.1 / Math.sqrt(power), 0.9 / peak)
  return samples.map((x) => x * gain)
}
