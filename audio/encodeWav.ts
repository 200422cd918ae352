import wavefile from 'wavefile'
import { AudioError } from './audioError.ts'

/**
 * Bytes of a 16-bit mono WAV file. Samples beyond [-1, 1] are clipped; what was decoded from 16 bits comes back bit for bit.
 *
 * @param sampleRate  Hz
 * @throws AudioError when a sample is NaN or infinite
 *
 * @example
 * await writeFile('beep.wav', encodeWav(samples, 16_000))
 */
export function encodeWav(samples: Float32Array, sampleRate: number): Uint8Array {
  const pcm = new Int16Array(samples.length)
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]!
    if (!Number.isFinite(sample)) throw new AudioError(`encodeWav: sample ${i} is ${sample}, expected a finite number.`)
    pcm[i] = Math.max(-32768, Math.min(32767, Math.round(sample * 32768)))
  }
  const file = new wavefile.WaveFile()
  file.fromScratch(1, sampleRate, '16', pcm)
  return file.toBuffer()
}
