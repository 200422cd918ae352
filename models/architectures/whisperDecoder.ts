import {
  add,
  cachedAttention,
  constant,
  gatherRows,
  gelu,
  layerNorm,
  linear,
  matMul,
  reshape,
  softmax,
  type Tensor,
  transpose,
} from '../graph/index.ts'
import type { Weights } from '../weights.ts'
import type { KvCache } from './decoder.ts'
import { type AudioEncoderConfig, audioEncoder } from './whisperEncoder.ts'

/** Shape of a whole Whisper; the names are those of Hugging Face's `WhisperConfig`, in our spelling. */
export interface WhisperConfig {
  /** Pools nothing. */
  readonly audio: AudioEncoderConfig
  readonly vocab: number
  readonly hidden: number
  readonly nLayers: number
  readonly nHeads: number
  readonly ffn: number
  /** Longest transcript, in tokens, those that ask for it included. */
  readonly maxPositions: number
  /** Longest clip, in positions of the encoder (two frames each). */
  readonly maxAudioPositions: number
}

/** What a decoder hears, by layer: [batch, nHeads, nPositions, headDim]; the same for every token. */
export interface HeardClip {
  readonly keys: readonly Tensor[]
  readonly values: readonly Tensor[]
}

const EPSILON = 1e-5

/** Log-mels [batch, nMels, nFrames] → what the decoder hears of them. */
export function hear(logMel: Tensor, nPositions: Tensor, w: Weights, config: WhisperConfig): HeardClip {
  const encoded = audioEncoder(logMel, nPositions, w.in('model.encoder'), config.audio)
  const { hidden, nLayers } = config
  const heads = (t: Tensor) => byHead(t, config)
  const layers = Array.from({ length: nLayers }, (_, i) => w.in('model.decoder.layers').in(i).in('encoder_attn'))
  return {
    keys: layers.map((layer) => heads(linear(encoded, layer.at('k_proj.weight', [hidden, hidden])))),
    values: layers.map((layer) =>
      heads(linear(encoded, layer.at('v_proj.weight', [hidden, hidden]), layer.at('v_proj.bias', [hidden]))),
    ),
  }
}

/**
 * Whisper's decoder (arXiv 2212.04356, §2.2): learned positions, pre-norm blocks that look at the tokens before and at the
 * clip, the embedding table as head.
 *
 * @param ids       int64 [batch, time]
 * @param positions int64 [time], of the tokens in the transcript
 * @returns         logits [batch, time, vocab]
 */
export function whisperDecoder(
  ids: Tensor,
  positions: Tensor,
  heard: HeardClip,
  w: Weights,
  config: WhisperConfig,
  kvCache?: KvCache,
): Tensor {
  const { vocab, hidden, maxPositions, nLayers } = config
  const [batch, time] = ids.shape as [number, number]
  const decoder = w.in('model.decoder')
  const table = decoder.at('embed_tokens.weight', [vocab, hidden])
  const places = gatherRows(decoder.at('embed_positions.weight', [maxPositions, hidden]), positions)
  let x = add(gatherRows(table, ids), reshape(places, [1, time, hidden]))
  for (let i = 0; i < nLayers; i++) x = block(x, heard, decoder.in('layers').in(i), config, i, kvCache)
  x = norm('layer_norm', x, decoder, hidden)
  return reshape(linear(reshape(x, [batch * time, hidden]), table), [batch, time, vocab])
}

function block(
  x: Tensor,
  heard: HeardClip,
  w: Weights,
  config: WhisperConfig,
  layer: number,
  kvCache?: KvCache,
): Tensor {
  const { hidden, ffn } = config
  x = add(x, selfAttention(norm('self_attn_layer_norm', x, w, hidden), w.in('self_attn'), config, layer, kvCache))
  x = add(x, crossAttention(norm('encoder_attn_layer_norm', x, w, hidden), heard, w.in('encoder_attn'), config, layer))
  const read = norm('final_layer_norm', x, w, hidden)
  const widened = gelu(linear(read, w.at('fc1.weight', [ffn, hidden]), w.at('fc1.bias', [ffn])))
  return add(x, linear(widened, w.at('fc2.weight', [hidden, ffn]), w.at('fc2.bias', [hidden])))
}

function selfAttention(x: Tensor, w: Weights, config: WhisperConfig, layer: number, kvCache?: KvCache): Tensor {
  const { hidden, nHeads } = config
  const [batch, time] = x.shape as [number, number, number]
  const q = biased('q_proj', x, w, hidden)
  const k = linear(x, w.at('k_proj.weight', [hidden, hidden])) // Whisper's keys carry no bias
  const v = biased('v_proj', x, w, hidden)
  if (!kvCache) {
    const mask = new Float32Array(time * time)
    for (let t = 0; t < time; t++) mask.fill(-1e9, t * time + t + 1, (t + 1) * time)
    const scores = add(scaledScores(byHead(q, config), byHead(k, config)), constant(mask, [1, 1, time, time]))
    return biased('out_proj', merged(matMul(softmax(scores), byHead(v, config)), [batch, time, hidden]), w, hidden)
  }
  const { y, presentKey, presentValue } = cachedAttention({
    query: q,
    key: k,
    value: v,
    pastKey: kvCache.pastKeys[layer]!,
    pastValue: kvCache.pastValues[layer]!,
    lastIndex: kvCache.lastIndex,
    totalLength: kvCache.totalLength,
    nHeads,
    nKvHeads: nHeads,
  })
  kvCache.presentKeys.push(presentKey)
  kvCache.presentValues.push(presentValue)
  return biased('out_proj', y, w, hidden)
}

function crossAttention(
  x: Tensor,
  { keys, values }: HeardClip,
  w: Weights,
  config: WhisperConfig,
  layer: number,
): Tensor {
  const { hidden } = config
  const q = byHead(biased('q_proj', x, w, hidden), config)
  const mixed = matMul(softmax(scaledScores(q, keys[layer]!)), values[layer]!)
  return biased('out_proj', merged(mixed, x.shape), w, hidden)
}

const norm = (name: string, x: Tensor, w: Weights, width: number): Tensor =>
  layerNorm(x, w.at(`${name}.weight`, [width]), w.at(`${name}.bias`, [width]), EPSILON)

const biased = (name: string, x: Tensor, w: Weights, width: number): Tensor =>
  linear(x, w.at(`${name}.weight`, [width, width]), w.at(`${name}.bias`, [width]))

const scaledScores = (q: Tensor, k: Tensor): Tensor =>
  matMul(q, k, { transposeB: true, alpha: 1 / Math.sqrt(q.shape.at(-1)!) })

/** [batch, time, hidden] → [batch, nHeads, time, headDim], and back. */
const byHead = (x: Tensor, { hidden, nHeads }: WhisperConfig): Tensor =>
  transpose(reshape(x, [x.shape[0]!, x.shape[1]!, nHeads, hidden / nHeads]), [0, 2, 1, 3])

const merged = (x: Tensor, shape: readonly number[]): Tensor => reshape(transpose(x, [0, 2, 1, 3]), shape)
