import * as ort from 'onnxruntime-node'
import { AudioError } from '../audioError.ts'
import { BLOCKS_A_FRAME, HOP_LENGTH, logMelModel, N_FFT, SAMPLE_RATE } from './graph.ts'

/** Log-mel features of one clip. */
export interface LogMel {
  /** [nMels, nFrames], row-major */
  data: Float32Array
  nMels: number
  nFrames: number
}

export interface LogMelOptions {
  /** 80 for Whisper up to large-v2 and Qwen-Audio (the default), 128 for large-v3 and Qwen2-Audio. */
  nMels?: 80 | 128
  /** `none` (the default) keeps the clip's own frames, `30s` pads with silence to 3000 frames. */
  padding?: 'none' | '30s'
}

/** Whisper's window: 30 s at 16 kHz. */
const WINDOW_SAMPLES = 30 * SAMPLE_RATE

/**
 * Whisper's log-mel features of 16 kHz mono sound, within 1e-4 of transformers' `WhisperFeatureExtractor`.
 *
 * Without padding there are `ceil(samples.length / 160)` frames of 10 ms: the frames that the extractor's attention mask marks
 * (`attention_mask[:, ::160]`), and they equal the first frames of the padded result. (Qwen-Audio's own code counts
 * `floor`, papers.md §2.1; Qwen2-Audio's processor counts `ceil`, §3; the two differ by at most one frame.)
 *
 * @param samples  16 kHz, mono, [-1, 1]
 * @throws AudioError for no samples, a sample that is not finite, or more than 30 s with padding `30s`
 *
 * @example
 * const { samples } = await loadAudio('clip.flac')
 * const features = await logMel(samples, { nMels: 128 })     // [128, nFrames], 100 frames a second
 */
export async function logMel(samples: Float32Array, options: LogMelOptions = {}): Promise<LogMel> {
  const { nMels = 80, padding = 'none' } = options
  if (nMels !== 80 && nMels !== 128) throw new AudioError(`logMel: nMels is ${nMels}, expected 80 or 128.`)
  if (samples.length === 0) throw new AudioError('logMel: no samples, expected at least one.')
  if (padding === '30s' && samples.length > WINDOW_SAMPLES) {
    const seconds = (samples.length / SAMPLE_RATE).toFixed(2)
    throw new AudioError(`logMel: ${seconds} s of sound do not fit the 30 s window. Cut it with splitLong first.`)
  }
  const nOwn = Math.ceil(samples.length / HOP_LENGTH)
  const nFrames = padding === '30s' ? WINDOW_SAMPLES / HOP_LENGTH : nOwn
  // Two frames past the end still hear the last samples and can hold the maximum that sets the floor.
  const nComputed = Math.min(nOwn + 2, Math.max(nOwn, WINDOW_SAMPLES / HOP_LENGTH))
  const blocks = paddedBlocks(samples, nComputed)
  const session = await sessionFor(nMels)
  const { logPower } = await session.run({
    blocks: new ort.Tensor('float32', blocks, [blocks.length / HOP_LENGTH, HOP_LENGTH]),
  })
  const power = logPower!.data as Float32Array
  let loudest = -Infinity
  for (const value of power) if (value > loudest) loudest = value
  const floor = loudest - 8
  const data = new Float32Array(nMels * nFrames)
  if (nFrames > nComputed) data.fill((Math.max(-10, floor) + 4) / 4)
  for (let mel = 0; mel < nMels; mel++) {
    for (let t = 0; t < Math.min(nFrames, nComputed); t++) {
      data[mel * nFrames + t] = (Math.max(power[mel * nComputed + t]!, floor) + 4) / 4
    }
  }
  return { data, nMels, nFrames }
}

/** Signal with nFft / 2 samples mirrored before it, zeros after it, mirrored where it fills the last window: [nFrames + 2, 160]. */
function paddedBlocks(samples: Float32Array, nFrames: number): Float32Array {
  const before = N_FFT / 2
  const length = Math.max(WINDOW_SAMPLES, Math.ceil(samples.length / HOP_LENGTH) * HOP_LENGTH)
  const blocks = new Float32Array((nFrames + BLOCKS_A_FRAME - 1) * HOP_LENGTH)
  blocks.set(samples.subarray(0, blocks.length - before), before)
  for (let i = 1; i <= before; i++) blocks[before - i] = samples[i] ?? 0
  for (let i = 1; before + length - 1 + i < blocks.length; i++)
    blocks[before + length - 1 + i] = samples[length - 1 - i] ?? 0
  return blocks
}

const sessions = new Map<number, Promise<ort.InferenceSession>>()

function sessionFor(nMels: number): Promise<ort.InferenceSession> {
  let session = sessions.get(nMels)
  if (session === undefined) {
    session = ort.InferenceSession.create(logMelModel(nMels), { logSeverityLevel: 3 })
    sessions.set(nMels, session)
  }
  return session
}
