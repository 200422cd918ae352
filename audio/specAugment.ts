import { AudioError } from './error.ts'
import type { LogMel } from './logMel.ts'
import type { Random } from './types.ts'

export interface SpecAugmentOptions {
  /** Stripes across frequency. Default 2. */
  nFrequencyMasks?: number
  /** Widest stripe across frequency, in mel bands. Default 27. */
  maxMels?: number
  /** Stripes across time. Default 2. */
  nTimeMasks?: number
  /** Widest stripe across time, in frames (10 ms). Default 100. */
  maxFrames?: number
  /** Widest stripe across time, as a share of the clip, so that a short clip is not erased. Default 1. */
  maxTimeShare?: number
}

/**
 * Returns a copy with stripes of mel bands and of frames set to the mean of the spectrogram.
 *
 * Each width is drawn uniformly from 0 to its maximum, then its start uniformly where it fits. The defaults are the
 * LibriSpeech double policy without time warping. Throws AudioError for a negative or broken option.
 * Source: SpecAugment (arXiv 1904.08779, §2 and table 1).
 */
export function specAugment(logMel: LogMel, options: SpecAugmentOptions, random: Random): LogMel {
  const { nFrequencyMasks = 2, maxMels = 27, nTimeMasks = 2, maxFrames = 100, maxTimeShare = 1 } = options
  for (const [name, value] of Object.entries({ nFrequencyMasks, maxMels, nTimeMasks, maxFrames })) {
    if (!(Number.isInteger(value) && value >= 0)) {
      throw new AudioError(`specAugment: ${name} is ${value}. It must be a whole number, 0 or more.`)
    }
  }
  if (!(maxTimeShare >= 0 && maxTimeShare <= 1)) {
    throw new AudioError(`specAugment: maxTimeShare is ${maxTimeShare}. It must lie between 0 and 1.`)
  }
  const { nMels, nFrames } = logMel
  const data = logMel.data.slice()
  let mean = 0
  for (const x of data) mean += x / data.length
  const stripe = (widest: number, length: number): [number, number] => {
    const width = Math.floor(random() * (Math.min(widest, length) + 1))
    const start = Math.floor(random() * (length - width + 1))
    return [start, start + width]
  }
  for (let i = 0; i < nFrequencyMasks; i++) {
    const [from, to] = stripe(maxMels, nMels)
    data.fill(mean, from * nFrames, to * nFrames)
  }
  for (let i = 0; i < nTimeMasks; i++) {
    const [from, to] = stripe(Math.min(maxFrames, Math.floor(maxTimeShare * nFrames)), nFrames)
    for (let mel = 0; mel < nMels; mel++) data.fill(mean, mel * nFrames + from, mel * nFrames + to)
  }
  return { data, nMels, nFrames }
}
