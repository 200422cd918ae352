import libsamplerate from '@alexanderolsen/libsamplerate-js'
import { AudioError } from './audioError.ts'

/**
 * The same sound at another rate, band-limited (libsamplerate, SINC_MEDIUM). Sample 0 stays sample 0; the result has
 * exactly `round(samples.length · toRate / fromRate)` samples.
 *
 * @param fromRate  Hz
 * @param toRate    Hz
 * @throws AudioError when a rate is no positive whole number
 */
export async function resample(samples: Float32Array, fromRate: number, toRate: number): Promise<Float32Array> {
  for (const rate of [fromRate, toRate]) {
    if (!(Number.isInteger(rate) && rate > 0)) {
      throw new AudioError(`resample: expected whole rates in Hz, got ${fromRate} and ${toRate}.`)
    }
  }
  if (fromRate === toRate) return samples
  const length = Math.round((samples.length * toRate) / fromRate)
  const padded = new Float32Array(samples.length + Math.ceil((fromRate / Math.min(fromRate, toRate)) * 512))
  padded.set(samples)
  const converter = await libsamplerate.create(1, fromRate, toRate, {
    converterType: libsamplerate.ConverterType.SRC_SINC_MEDIUM_QUALITY,
  })
  try {
    return converter.simple(padded).slice(0, length)
  } finally {
    converter.destroy()
  }
}
