import { AudioError } from './error.ts'
import type { Waveform } from './types.ts'

export interface SplitOptions {
  /** What happens to a clip that is too long: `refuse` throws, `cut` keeps the start, `chunks` keeps all of it in pieces. */
  overLength: 'refuse' | 'cut' | 'chunks'
  /** The longest clip, in seconds. Default 30, Whisper's window. */
  maxSeconds?: number
}

/** The clips that fit, and what it cost. */
export interface Split {
  clips: Waveform[]
  /** Whether the clip was too long, so that a caller can count such clips. */
  wasLong: boolean
  /** Seconds that `cut` took off; 0 otherwise. */
  secondsLost: number
}

/**
 * Returns a clip in pieces of at most `maxSeconds`, in order; joined, they are the clip, less `secondsLost`.
 * Pieces are as long as they may be, the last one shorter. A clip that fits is returned as it is.
 * Throws AudioError for a clip that is too long with `refuse`, and for a broken option.
 */
export function splitLong(waveform: Waveform, options: SplitOptions): Split {
  const { overLength, maxSeconds = 30 } = options
  const { samples, sampleRate } = waveform
  const longest = Math.floor(maxSeconds * sampleRate)
  if (!(longest >= 1)) throw new AudioError(`splitLong: maxSeconds is ${maxSeconds}, expected a number above 0.`)
  if (!['refuse', 'cut', 'chunks'].includes(overLength)) {
    throw new AudioError(`splitLong: overLength is "${overLength}", expected "refuse", "cut" or "chunks".`)
  }
  if (samples.length <= longest) return { clips: [waveform], wasLong: false, secondsLost: 0 }
  if (overLength === 'refuse') {
    const seconds = (samples.length / sampleRate).toFixed(2)
    throw new AudioError(`the clip lasts ${seconds} s, allowed ${maxSeconds}. Set overLength to "cut" or "chunks".`)
  }
  if (overLength === 'cut') {
    const clips = [{ samples: samples.slice(0, longest), sampleRate }]
    return { clips, wasLong: true, secondsLost: (samples.length - longest) / sampleRate }
  }
  const clips = Array.from({ length: Math.ceil(samples.length / longest) }, (_, i) => ({
    samples: samples.slice(i * longest, (i + 1) * longest),
    sampleRate,
  }))
  return { clips, wasLong: true, secondsLost: 0 }
}
