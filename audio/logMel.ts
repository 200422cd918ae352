import onnxProto from 'onnx-proto'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { AudioError } from './error.ts'
import { melFilters } from './mel.ts'

const { onnx } = onnxProto

const SAMPLE_RATE = 16_000 // Hz
const N_FFT = 400 // samples, 25 ms
const HOP = 160 // samples, 10 ms
const N_BINS = N_FFT / 2 + 1
const MAX_SAMPLES = 30 * SAMPLE_RATE
const MAX_FRAMES = MAX_SAMPLES / HOP
const QUIETEST = 1e-10 // power; its logarithm is finite
const DYNAMIC_RANGE = 8 // decades of power below the loudest bin

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
  if (padding === '30s' && samples.length > MAX_SAMPLES) {
    const seconds = (samples.length / SAMPLE_RATE).toFixed(2)
    throw new AudioError(`logMel: ${seconds} s do not fit padding "30s". Split the clip first, see splitLong.`)
  }

  const nSounding = countFrames(samples.length)
  // The two frames after the last sounding one still overlap the clip, and may hold the maximum.
  const nComputed = Math.max(nSounding, Math.min(nSounding + 2, MAX_FRAMES))
  const session = await sessionFor(nMels)
  const blocks = new Tensor('float32', reflected(samples, nComputed + 2), [nComputed + 2, HOP])
  const { features, loudest } = await session.run({ blocks })
  const computed = features!.data as Float32Array
  const max = (loudest!.data as Float32Array)[0]!
  if (!Number.isFinite(max)) throw new AudioError(`logMel: ${firstBad(samples)}. Every sample must be a finite number.`)

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

/** The clip in a row of blocks, 200 samples later; both ends of the (30 s) window are mirrored, its inside is silence. */
function reflected(samples: Float32Array, nBlocks: number): Float32Array {
  const half = N_FFT / 2
  const row = new Float32Array(nBlocks * HOP)
  row.set(samples.length > row.length - half ? samples.subarray(0, row.length - half) : samples, half)
  for (let i = 1; i <= half; i++) row[half - i] = samples[i] ?? 0
  const end = Math.max(samples.length, MAX_SAMPLES)
  for (let i = 0; i < half && half + end + i < row.length; i++) row[half + end + i] = samples[end - 2 - i] ?? 0
  return row
}

function firstBad(samples: Float32Array): string {
  const at = samples.findIndex((x) => !Number.isFinite(x))
  return at < 0 ? 'the power of the clip overflows 32 bits' : `sample ${at} is ${samples[at]}`
}

const sessions = new Map<number, Promise<InferenceSession>>()

function sessionFor(nMels: number): Promise<InferenceSession> {
  let session = sessions.get(nMels)
  if (!session) {
    session = InferenceSession.create(logMelGraph(nMels))
    sessions.set(nMels, session)
  }
  return session
}

/**
 * The spectrogram as matrix products. A frame spans 2.5 blocks of 160 samples, so the windowed Fourier transform of all
 * frames is three products, each of the blocks one further on; real and imaginary parts are columns of one matrix.
 *
 *   S = B[0..n)·W₀ + B[1..n+1)·W₁ + B[2..n+2)·W₂    [nFrames, 402]
 *   L = log₁₀ max(1e-10, M·(S²)ᵀ)                   [nMels, nFrames], M the mel filters, once for either part
 *   features = (max(L, max L − 8) + 4) / 4
 */
function logMelGraph(nMels: number): Uint8Array {
  const floats = (name: string, dims: number[], data: Float32Array) => ({
    name,
    dims,
    dataType: 1,
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  })
  const scalar = (name: string, value: number) => floats(name, [], Float32Array.of(value))
  const int64 = (name: string, values: number[]) => ({
    name,
    dims: [values.length],
    dataType: 7,
    rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
  })
  const node = (opType: string, input: string[], output: string, attribute: object[] = []) => ({
    opType,
    input,
    output: [output],
    attribute,
  })
  const value = (name: string, dims: (string | number)[]) => {
    const dim = dims.map((d) => (typeof d === 'string' ? { dimParam: d } : { dimValue: d }))
    return { name, type: { tensorType: { elemType: 1, shape: { dim } } } }
  }

  const fourier = windowedFourier()
  const mel = melFilters(nMels, N_FFT, SAMPLE_RATE)
  const twice = new Float32Array(nMels * 2 * N_BINS)
  for (let row = 0; row < nMels; row++) {
    const filter = mel.subarray(row * N_BINS, (row + 1) * N_BINS)
    twice.set(filter, row * 2 * N_BINS)
    twice.set(filter, (row * 2 + 1) * N_BINS)
  }

  const node3 = [0, 1, 2].flatMap((shift) => [
    node('Slice', ['blocks', `from${shift}`, `to${shift}`, 'axis0'], `blocks${shift}`),
    node('MatMul', [`blocks${shift}`, `fourier${shift}`], `part${shift}`),
  ])
  const shiftSize = HOP * 2 * N_BINS
  const model = onnx.ModelProto.create({
    irVersion: 9,
    producerName: 'rubato',
    opsetImport: [{ domain: '', version: 20 }],
    graph: {
      name: 'logMel',
      input: [value('blocks', ['nBlocks', HOP])],
      output: [value('features', [nMels, 'nFrames']), value('loudest', [])],
      initializer: [
        int64('axis0', [0]),
        ...[0, 1, 2].flatMap((shift) => [
          int64(`from${shift}`, [shift]),
          int64(`to${shift}`, [shift === 2 ? Number.MAX_SAFE_INTEGER : shift - 2]),
          floats(`fourier${shift}`, [HOP, 2 * N_BINS], fourier.subarray(shift * shiftSize, (shift + 1) * shiftSize)),
        ]),
        floats('mel', [nMels, 2 * N_BINS], twice),
        scalar('quietest', QUIETEST),
        scalar('perDecade', 1 / Math.LN10),
        scalar('range', DYNAMIC_RANGE),
        scalar('four', 4),
        scalar('quarter', 0.25),
      ],
      node: [
        ...node3,
        node('Add', ['part0', 'part1'], 'part01'),
        node('Add', ['part01', 'part2'], 'spectrum'),
        node('Mul', ['spectrum', 'spectrum'], 'power'),
        node('Gemm', ['mel', 'power'], 'melPower', [{ name: 'transB', type: 2, i: 1 }]),
        node('Max', ['melPower', 'quietest'], 'audible'),
        node('Log', ['audible'], 'natural'),
        node('Mul', ['natural', 'perDecade'], 'decades'),
        node('ReduceMax', ['decades'], 'loudest', [{ name: 'keepdims', type: 2, i: 0 }]),
        node('Sub', ['loudest', 'range'], 'floor'),
        node('Max', ['decades', 'floor'], 'floored'),
        node('Add', ['floored', 'four'], 'lifted'),
        node('Mul', ['lifted', 'quarter'], 'features'),
      ],
    },
  })
  return onnx.ModelProto.encode(model).finish()
}

/** [480, 402]: the discrete Fourier transform of 400 samples under a periodic Hann window; the last 80 rows are zero. */
function windowedFourier(): Float32Array {
  const matrix = new Float32Array(3 * HOP * 2 * N_BINS)
  for (let n = 0; n < N_FFT; n++) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / N_FFT)
    for (let bin = 0; bin < N_BINS; bin++) {
      const angle = (2 * Math.PI * ((n * bin) % N_FFT)) / N_FFT
      matrix[n * 2 * N_BINS + bin] = window * Math.cos(angle)
      matrix[n * 2 * N_BINS + N_BINS + bin] = -window * Math.sin(angle)
    }
  }
  return matrix
}
