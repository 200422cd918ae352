import libsamplerate from '@alexanderolsen/libsamplerate-js'
import { AudioError } from './error.ts'

const { ConverterType, create } = libsamplerate

// The library's own cutting of long clips loses their last milliseconds, so pieces are fed here.
const PIECE = 2 ** 18 // samples in and out; the library's buffers hold a million

/**
 * Returns the clip at another rate: exactly round(n·toRate/fromRate) samples, without delay.
 *
 * Band-limited by libsamplerate's medium sinc converter (121 dB signal to noise, 90 % of the band kept).
 * Rates are in Hz; libsamplerate's own limit is a factor of 256 either way. Throws AudioError beyond that.
 */
export async function resample(samples: Float32Array, fromRate: number, toRate: number): Promise<Float32Array> {
  for (const rate of [fromRate, toRate]) {
    if (!(Number.isFinite(rate) && rate > 0)) {
      throw new AudioError(`resample: a rate of ${rate} Hz. Rates are positive numbers of samples a second.`)
    }
  }
  if (fromRate === toRate) return samples.slice()
  const ratio = toRate / fromRate
  if (ratio > 256 || ratio < 1 / 256) {
    throw new AudioError(`resample: ${fromRate} Hz to ${toRate} Hz is beyond a factor of 256.`)
  }
  const out = new Float32Array(Math.round(samples.length * ratio))
  if (out.length === 0) return out
  const converter = await create(1, fromRate, toRate, { converterType: ConverterType.SRC_SINC_MEDIUM_QUALITY })
  try {
    // The converter looks this far ahead, so silence after the clip brings out its last samples.
    const lookAhead = Math.ceil(64 * Math.max(1, 1 / ratio)) + 64
    const pieceLength = Math.max(1, Math.floor(PIECE / Math.max(1, ratio)))
    const nIn = samples.length + lookAhead
    let filled = 0
    for (let from = 0; from < nIn && filled < out.length; from += pieceLength) {
      const piece = new Float32Array(Math.min(pieceLength, nIn - from))
      piece.set(samples.subarray(from, from + piece.length))
      const made = converter.full(piece)
      out.set(made.subarray(0, out.length - filled), filled)
      filled += made.length
    }
    if (filled < out.length) throw new Error(`internal: the resampler made ${filled} of ${out.length} samples`)
  } finally {
    converter.destroy()
  }
  return out
}
