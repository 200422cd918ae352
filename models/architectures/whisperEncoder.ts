import {
  add,
  concat,
  constant,
  gelu,
  layerNorm,
  lessOrEqual,
  linear,
  matMul,
  mean,
  padAxis,
  recomputed,
  reshape,
  scalar,
  slice,
  softmax,
  type Tensor,
  transpose,
  where,
} from '../graph/index.ts'
import type { Weights } from '../weights.ts'

/** Shape of a Whisper-style audio encoder; the names are those of Hugging Face's `WhisperConfig`, in our spelling. */
export interface AudioEncoderConfig {
  readonly nMels: number
  readonly hidden: number
  readonly nLayers: number
  readonly nHeads: number
  readonly ffn: number
  /** Positions averaged into one token after the blocks: 2 in Qwen-Audio (40 ms), more for shorter sequences. */
  readonly pool: number
}

/** Layer-norm's ε in Whisper. */
const EPSILON = 1e-5

/**
 * Whisper's encoder (arXiv 2212.04356, §2.2) with Qwen-Audio's pooling before the last norm (arXiv 2311.07919, §3.1).
 *
 * @param logMel     [nAudios, nMels, nFrames], nFrames a multiple of 2·pool
 * @param nPositions int32 [nAudios], positions after the strided convolution that are real; the rest is masked
 * @param run        `recomputeLayers`, for training: a block keeps its input alone, and is made again in the backward pass
 * @returns          [nAudios, nFrames / (2·pool), hidden]
 */
export function audioEncoder(
  logMel: Tensor,
  nPositions: Tensor,
  w: Weights,
  config: AudioEncoderConfig,
  { recomputeLayers = false }: { recomputeLayers?: boolean | undefined } = {},
): Tensor {
  const { hidden, pool } = config
  const [nAudios, , nFrames] = logMel.shape as [number, number, number]
  const time = nFrames / 2
  let x = transpose(logMel, [0, 2, 1]) // [nAudios, nFrames, nMels]
  x = gelu(convolution(x, w.in('conv1'), hidden, 1))
  x = gelu(convolution(x, w.in('conv2'), hidden, 2)) // [nAudios, time, hidden]
  x = add(x, constant(sinusoids(time, hidden), [1, time, hidden]))

  const positions = constant(
    Array.from({ length: time }, (_, i) => i + 1),
    [1, time],
    'int32',
  )
  const isReal = lessOrEqual(positions, reshape(nPositions, [nAudios, 1]))
  const mask = reshape(where(isReal, scalar(0), scalar(-1e9)), [nAudios, 1, 1, time])
  for (let i = 0; i < config.nLayers; i++) {
    const block = (t: Tensor) => encoderBlock(t, mask, w.in('layers').in(i), config)
    x = recomputeLayers ? recomputed(x, block) : block(x)
  }

  x = mean(reshape(x, [nAudios, time / pool, pool, hidden]), [2])
  return layerNorm(x, w.at('layer_norm.weight', [hidden]), w.at('layer_norm.bias', [hidden]), EPSILON)
}

/** Pre-norm transformer block; x: [nAudios, time, hidden] → the same shape. */
function encoderBlock(x: Tensor, mask: Tensor, w: Weights, config: AudioEncoderConfig): Tensor {
  const { hidden, ffn } = config
  const norm = (name: string, t: Tensor) =>
    layerNorm(t, w.at(`${name}.weight`, [hidden]), w.at(`${name}.bias`, [hidden]), EPSILON)
  x = add(x, selfAttention(norm('self_attn_layer_norm', x), mask, w.in('self_attn'), config))
  const widened = w.linear(norm('final_layer_norm', x), 'fc1', ffn, { bias: true })
  return add(x, w.linear(gelu(widened), 'fc2', hidden, { bias: true }))
}

function selfAttention(x: Tensor, mask: Tensor, w: Weights, { hidden, nHeads }: AudioEncoderConfig): Tensor {
  const [nAudios, time] = x.shape as [number, number, number]
  const headDim = hidden / nHeads
  const heads = (t: Tensor) => transpose(reshape(t, [nAudios, time, nHeads, headDim]), [0, 2, 1, 3])
  const project = (name: string, bias: boolean) => w.linear(x, name, hidden, { bias })
  const q = heads(project('q_proj', true))
  const k = heads(project('k_proj', false)) // Whisper's keys carry no bias
  const v = heads(project('v_proj', true))
  const scores = matMul(q, k, { transposeB: true, alpha: 1 / Math.sqrt(headDim) })
  const heard = matMul(softmax(add(scores, mask)), v)
  const merged = reshape(transpose(heard, [0, 2, 1, 3]), [nAudios, time, hidden])
  return w.linear(merged, 'out_proj', hidden, { bias: true })
}

/**
 * Convolution over time, kernel 3, padding 1, as one matrix product over shifted copies: x [n, time, nIn] →
 * [n, time/stride, nOut]. The weight is stored as published, [nOut, nIn, 3].
 */
function convolution(x: Tensor, w: Weights, nOut: number, stride: 1 | 2): Tensor {
  const [n, time, nIn] = x.shape as [number, number, number]
  let columns: Tensor // [n, time/stride, 3·nIn], taps in order
  if (stride === 1) {
    const padded = padAxis(x, 1, 1, 1)
    columns = concat(
      [0, 1, 2].map((tap) => slice(padded, 1, tap, tap + time)),
      2,
    )
  } else {
    // Output t sees inputs 2t−1, 2t, 2t+1: the second half of the pair before, and the whole pair.
    const pairs = reshape(x, [n, time / 2, 2 * nIn])
    const before = slice(padAxis(slice(pairs, 2, nIn, 2 * nIn), 1, 1, 0), 1, 0, time / 2)
    columns = concat([before, pairs], 2)
  }
  const taps = reshape(transpose(w.at('weight', [nOut, nIn, 3]), [0, 2, 1]), [nOut, 3 * nIn])
  return linear(columns, taps, w.at('bias', [nOut]))
}

/** Whisper's fixed positions: sines in the first half of the width, cosines in the second, periods 2π to 10,000·2π. */
export function sinusoids(length: number, width: number): Float32Array {
  const half = width / 2
  const values = new Float32Array(length * width)
  for (let t = 0; t < length; t++) {
    for (let i = 0; i < half; i++) {
      const angle = t * Math.exp((-Math.log(10_000) * i) / (half - 1))
      values[t * width + i] = Math.sin(angle)
      values[t * width + half + i] = Math.cos(angle)
    }
  }
  return values
}
