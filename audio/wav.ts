/**
 * Returns the bytes of a mono 16-bit PCM WAV file. Samples outside [-1, 1] are clipped, as every 16-bit file does.
 *
 * @example
 * await writeFile('tone.wav', encodeWav(samples, 16_000))
 */
export function encodeWav(samples: Float32Array, sampleRate: number): Uint8Array {
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
    // 1.0 is 32768, one more than fits, so that a decoded 16-bit file is written back bit for bit.
    const value = Math.round(samples[i]! * 32768)
    view.setInt16(44 + i * 2, Math.max(-32768, Math.min(32767, value)), true)
  }
  return bytes
}
