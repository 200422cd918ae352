import { mixDown } from '../../decode.ts'
import { resample } from '../../resample.ts'
import type { DecodedAudio } from '../../types.ts'
import { type PitchFrame, trackPitch } from './pitchTrack.ts'
import { speechProbabilities } from './silero.ts'
import { type Segment, segmentsOf } from './speech.ts'

export const ANALYSIS_RATE = 16_000 // Hz

/** A recording as the measures read it. What several of them need is computed once, when the first asks. */
export interface Sound {
  /** As recorded, one array a channel. */
  readonly channels: readonly Float32Array[]
  /** Hz, of `channels`. */
  readonly sampleRate: number
  readonly durationSeconds: number
  readonly transcript: string | undefined
  readonly reference: string | undefined
  /** Resolves to the mean of the channels at 16 kHz. */
  mono(): Promise<Float32Array>
  /** Resolves to where somebody speaks, in order, in seconds. */
  speech(): Promise<readonly Segment[]>
  /** Resolves to the pitch every 10 ms, of the whole recording. */
  pitch(): Promise<readonly PitchFrame[]>
}

export interface Words {
  /** What is said in the recording. */
  readonly transcript?: string | undefined
  /** What should have been said. */
  readonly reference?: string | undefined
}

export function soundOf(recording: Omit<DecodedAudio, 'format'>, words: Words = {}): Sound {
  const { channels, sampleRate } = recording
  const mono = once(() => resample(mixDown(channels), sampleRate, ANALYSIS_RATE))
  return {
    channels,
    sampleRate,
    durationSeconds: channels[0]!.length / sampleRate,
    transcript: words.transcript,
    reference: words.reference,
    mono,
    speech: once(async () => {
      const samples = await mono()
      return segmentsOf(await speechProbabilities(samples), samples.length)
    }),
    pitch: once(async () => trackPitch(await mono(), ANALYSIS_RATE)),
  }
}

function once<T>(compute: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= compute()
    return made
  }
}
