import { InferenceSession } from 'onnxruntime-node'
import { AudioError } from './error.ts'
import { firstNotFinite } from './finite.ts'
import { DYNAMIC_RANGE, foldFrames, HOP, logMelGraph, N_FFT, QUIETEST, SAMPLE_RATE } from './logMelGraph.ts'

const MAX_SAMPLES = 30 * SAMPLE_RATE
const MAX_FRAMES = MAX_SAMPLES / HOP

/** A log-mel spectrogram. */
export interface LogMel {
  /** [nMels, nFrames], row-major. */
  data: Float32Array
  nMels: number
  nFrames: number
}

export interface LogMelOptions {
  /** 80 (Whisper up to large-v2, Qwen-Audio) or 128 (Whisper large-v3, Qwen2-Audio). Default 80. */
  nMels?: 80 | 128
  /** `none` (default) keeps the frames that hold sound; `30s` fills up with silence to 3000 frames, as Whisper reads. */
  padding?: 'none' | '30s'
}

/** Returns how many 10 ms frames hold sound: the count that Whisper's feature extractor marks in its attention mask. */
export function countFrames(nSamples: number): number {
  return Math.ceil(nSamples / HOP)
}

/**
 * Returns Whisper's input features: log10 mel power, floored 8 decades below its maximum, then (x + 4) / 4.
 *
 * [nMels, nFrames] with nFrames = ceil(nSamples / 160), or 3000 with padding `30s`; frame f is centred on sample 160·f.
 * Without padding these are exactly the first frames of the padded features, so a model that masks the rest sees the same.
 * Samples are mono at 16 kHz. Computed as one ONNX graph, in 32 bits.
 * Throws AudioError for an empty clip, for NaN or infinite samples, and for more than 30 s with padding `30s`.
 *
 * Source: Whisper (arXiv 2212.04356, §2.2) and its `log_mel_spectrogram`; the same front end is Qwen-Audio's
 * (arXiv 2311.07919, §2.1).
 *
 * @example
 * const { samples } = await loadAudio('question.wav')
 * const { data, nMels, nFrames } = await logMel(samples, { nMels: 128 })
 */
export async function logMel(samples: Float32Array, options: LogMelOptions = {}): Promise<LogMel> {
  const { nMels = 80, padding = 'none' } = options
  if (nMels !== 80 && nMels !== 128) throw new AudioError(`logMel: nMels is ${nMels}. Whisper's filters are 80 or 128.`)
  if (padding !== 'none' && padding !== '30s') {
    throw new AudioError(`logMel: padding is "${padding}". Write "none" or "30s".`)
  }
  if (samples.length === 0) throw new AudioError('logMel: the clip has no samples. At least one is needed.')
  const bad = firstNotFinite(samples)
  if (bad >= 0) throw new AudioError(`logMel: sample ${bad} is ${samples[bad]}. Every sample must be a finite number.`)
  if (padding === '30s' && samples.length > MAX_SAMPLES) {
    const seconds = (samples.length / SAMPLE_RATE).toFixed(2)
    throw new AudioError(`logMel: ${seconds} s do not fit padding "30s". Split the clip first, see splitLong.`)
  }

  const nSounding = countFrames(samples.length)
  // The two frames after the last sounding one still overlap the clip, and may hold the maximum.
  const nComputed = Math.max(nSounding, Math.min(nSounding + 2, MAX_FRAMES))
  const session = await sessionFor(nMels)
  const { features, loudest } = await session.run(foldFrames(reflected(samples, nComputed), nComputed))
  const computed = features!.data as Float32Array
  const max = (loudest!.data as Float32Array)[0]!
  if (!Number.isFinite(max)) {
    throw new AudioError('logMel: the power of the clip overflows 32 bits. Samples lie between -1 and 1 by convention.')
  }

  const nFrames = padding === '30s' ? MAX_FRAMES : nSounding
  if (nFrames === nComputed) return { data: computed, nMels, nFrames }
  const data = new Float32Array(nMels * nFrames)
  if (nFrames > nComputed) data.fill((Math.max(Math.log10(QUIETEST), max - DYNAMIC_RANGE) + 4) / 4)
  const nCopied = Math.min(nComputed, nFrames)
  for (let mel = 0; mel < nMels; mel++) {
    data.set(computed.subarray(mel * nComputed, mel * nComputed + nCopied), mel * nFrames)
  }
  return { data, nMels, nFrames }
}

/** The clip with what `nFrames` frames read before and after it: silence up to 30 s, and mirrored at both ends of that. */
function reflected(samples: Float32Array, nFrames: number): Float32Array {
  const half = N_FFT / 2
  const row = new Float32Array((nFrames - 1) * HOP + N_FFT)
  row.set(samples.subarray(0, row.length - half), half)
  for (let i = 1; i <= half; i++) row[half - i] = samples[i] ?? 0
  const end = Math.max(samples.length, MAX_SAMPLES)
  for (let i = 0; half + end + i < row.length; i++) row[half + end + i] = samples[end - 2 - i] ?? 0
  return row
}

const sessions = new Map<number, Promise<InferenceSession>>()

function sessionFor(nMels: number): Promise<InferenceSession> {
  let session = sessions.get(nMels)
  if (!session) {
    // One thread: a clip takes milliseconds, and a pool would spin against the trainer's.
    session = InferenceSession.create(logMelGraph(nMels), { intraOpNumThreads: 1 })
    sessions.set(nMels, session)
  }
  return session
}
