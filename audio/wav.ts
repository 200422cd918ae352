import { AudioError } from './error.ts'
import { firstNotFinite } from './finite.ts'

/**
 * Returns the bytes of a mono 16-bit PCM WAV file. Samples beyond [-1, 1] are clipped; what was decoded from 16 bits comes
 * back bit for bit. Throws AudioError when a sample is NaN or infinite, or the rate is no positive whole number of Hz.
 *
 * @example
 * await writeFile('tone.wav', encodeWav(samples, 16_000))
 */
export function encodeWav(samples: Float32Array, sampleRate: number): Uint8Array {
  const bad = firstNotFinite(samples)
  if (bad >= 0) throw new AudioError(`encodeWav: sample ${bad} is ${samples[bad]}, expected a finite number.`)
  if (!(Number.isInteger(sampleRate) && sampleRate > 0)) {
    throw new AudioError(`encodeWav: a rate of ${sampleRate} Hz, expected a positive whole number.`)
  }
  const bytes = new Uint8Array(44 + samples.length * 2)
  const view = new DataView(bytes.buffer)
  const ascii = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at)
  ascii(0, 'RIFF')
  view.setUint32(4, 36 + samples.length * 2, true)
  ascii(8, 'WAVEfmt ')
  view.setUint32(16, 16, true) // bytes in the fmt chunk
  view.setUint16(20, 1, true) // integer PCM
  view.setUint16(22, 1, true) // channels
  view.setUint32(24, sampleRate, true)
  view.setUint32(28, sampleRate * 2, true) // bytes a second
  view.setUint16(32, 2, true) // bytes a frame
  view.setUint16(34, 16, true) // bits a sample
  ascii(36, 'data')
  view.setUint32(40, samples.length * 2, true)
  for (let i = 0; i < samples.length; i++) {
    // Decoding divides by 32768, so encoding multiplies by it, though 1.0 then is one more than fits.
    const value = Math.round(samples[i]! * 32768)
    view.setInt16(44 + i * 2, Math.max(-32768, Math.min(32767, value)), true)
  }
  return bytes
}
