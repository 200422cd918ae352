import { logMel } from '../../audio/index.ts'
import type { AudioFeatures } from '../../models/index.ts'

const SAMPLE_RATE = 16_000 // Hz
export const FRAMES_PER_SECOND = 100

/** A clip's features, from which windows are cut at any frame. */
export interface Windows {
  /** Frames of sound. */
  readonly nFrames: number
  /** Frames from `first` on, filled up with silence. */
  at(first: number): AudioFeatures
}

/** Features of mono sound at 16 kHz; a window is `size` frames, Whisper's 3,000. @throws AudioError */
export async function windowsOf(samples: Float32Array, nMels: 80 | 128, size: number): Promise<Windows> {
  const isShort = samples.length <= (size / FRAMES_PER_SECOND) * SAMPLE_RATE
  const { data, nFrames } = await logMel(samples, { nMels, padding: isShort && size === 3000 ? '30s' : 'none' })
  const silence = silenceOf(data)
  return {
    nFrames: Math.min(nFrames, Math.ceil(samples.length / (SAMPLE_RATE / FRAMES_PER_SECOND))),
    at(first) {
      const window = new Float32Array(nMels * size).fill(silence)
      for (let band = 0; band < nMels; band++) {
        window.set(data.subarray(band * nFrames + first, band * nFrames + Math.min(nFrames, first + size)), band * size)
      }
      return { data: window, nMels, nFrames: size }
    },
  }
}

/** What silence is in features of this loudest value: 8 decades below it, but no less than the front end's floor. */
function silenceOf(features: Float32Array): number {
  let loudest = Number.NEGATIVE_INFINITY
  for (const value of features) if (value > loudest) loudest = value
  return Math.max((-10 + 4) / 4, loudest - 8 / 4)
}
