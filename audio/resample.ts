import libsamplerate from '@alexanderolsen/libsamplerate-js'
import { AudioError } from './error.ts'

const { ConverterType, create } = libsamplerate

const BUFFER = 1_008_000 // samples that the library takes and gives at once
const PIECE = 2 ** 18 // samples in or out, of a clip that does not fit

/**
 * Returns the clip at another rate: exactly round(n·toRate/fromRate) samples, without delay.
 *
 * Band-limited by libsamplerate's medium sinc converter: from 48 to 16 kHz, flat to 6.8 kHz, 0.3 dB down at 7 kHz, more
 * than 110 dB down from 8.2 kHz on. (The best converter is flat to 7.5 kHz and five times as slow.)
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
  // The converter looks this far ahead, so silence after the clip brings out its last samples.
  const nIn = samples.length + Math.ceil(64 * Math.max(1, 1 / ratio)) + 64
  if (Math.max(nIn, Math.ceil(nIn * ratio)) <= BUFFER) {
    const padded = new Float32Array(nIn)
    padded.set(samples)
    const converter = await converterFor(fromRate, toRate)
    fill(out, 0, converter.simple(padded))
  } else {
    await resampleInPieces(samples, nIn, out, fromRate, toRate)
  }
  return out
}

// The library's own cutting of long clips drops their last milliseconds and misreads a subarray.
async function resampleInPieces(
  samples: Float32Array,
  nIn: number,
  out: Float32Array,
  fromRate: number,
  toRate: number,
) {
  const pieceLength = Math.max(1, Math.floor(PIECE / Math.max(1, toRate / fromRate)))
  const converter = await newConverter(fromRate, toRate)
  try {
    let filled = 0
    for (let from = 0; from < nIn && filled < out.length; from += pieceLength) {
      const piece = new Float32Array(Math.min(pieceLength, nIn - from))
      piece.set(samples.subarray(from, from + piece.length))
      filled = fill(out, filled, converter.full(piece))
    }
    if (filled < out.length) throw new Error(`internal: the resampler made ${filled} of ${out.length} samples`)
  } finally {
    converter.destroy()
  }
}

function fill(out: Float32Array, filled: number, made: Float32Array): number {
  out.set(made.subarray(0, out.length - filled), filled)
  return filled + made.length
}

const newConverter = (fromRate: number, toRate: number) =>
  create(1, fromRate, toRate, { converterType: ConverterType.SRC_SINC_MEDIUM_QUALITY })

/** One converter a pair of rates: making one takes as long as resampling a second of sound. Its `simple` keeps no state. */
const converters = new Map<string, ReturnType<typeof newConverter>>()

function converterFor(fromRate: number, toRate: number) {
  const key = `${fromRate} ${toRate}`
  const converter = converters.get(key) ?? newConverter(fromRate, toRate)
  converters.set(key, converter)
  return converter
}
