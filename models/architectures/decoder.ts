import {
  add,
  cachedAttention,
  constant,
  gatherRows,
  linear,
  matMul,
  mul,
  reshape,
  rmsNorm,
  rotary,
  silu,
  softmax,
  type Tensor,
  transpose,
} from '../graph/index.ts'
import type { Weights } from '../weights.ts'
import { type RopeScaling, rotaryAngles } from './rope.ts'

/**
 * Shape of a decoder of the Llama line (Llama, Qwen2, Qwen3); the names are those of Hugging Face's configs, in our spelling.
 * What is left out is as in Qwen2.
 */
export interface LanguageConfig {
  readonly vocab: number
  readonly hidden: number
  readonly nLayers: number
  readonly nHeads: number
  readonly nKvHeads: number
  readonly ffn: number
  readonly ropeTheta: number
  /** Rotary positions stretched beyond the length that the model was pre-trained on. */
  readonly ropeScaling?: RopeScaling
  /** Width of a head: hidden / nHeads unless given. */
  readonly headDim?: number
  /** Queries, keys and values have biases (true, as in Qwen2). */
  readonly qkvBias?: boolean
  /** Every query and key head is normed before it is rotated (false; Qwen3 does). */
  readonly qkNorm?: boolean
  readonly rmsEpsilon: number
  /** The head is the transposed embedding table. */
  readonly tied: boolean
  /** Longest sequence that positions are laid out for, in tokens. */
  readonly maxPositions: number
}

/** Keys and values of the tokens before; grows in place. */
export interface KvCache {
  /** By layer: [batch, nKvHeads, capacity, headDim]. */
  readonly pastKeys: readonly Tensor[]
  readonly pastValues: readonly Tensor[]
  /** int32 [batch]: position of each row's last token. */
  readonly lastIndex: Tensor
  /** int32 []: longest row, in tokens, the new ones included. */
  readonly totalLength: Tensor
  /** Filled as the layers run. */
  readonly presentKeys: Tensor[]
  readonly presentValues: Tensor[]
}

export const headDimOf = ({ headDim, hidden, nHeads }: LanguageConfig): number => headDim ?? hidden / nHeads

export const embedTokens = (ids: Tensor, w: Weights, { vocab, hidden }: LanguageConfig): Tensor =>
  gatherRows(w.at('model.embed_tokens.weight', [vocab, hidden]), ids)

/** Constants that all layers share: rotary positions [nPositions, headDim/2], causal mask [1, 1, time, time]. */
interface Tables {
  readonly cos: Tensor
  readonly sin: Tensor
  readonly mask: Tensor
}

/**
 * Pre-norm decoder that Llama (arXiv 2302.13971, §2.2), Qwen2 (2407.10671, §2.2) and Qwen3 (2505.09388, §2) share; what
 * differs between them stands in the config. x: embeddings [batch, time, hidden] → normed states, same shape.
 */
export function decoder(x: Tensor, w: Weights, config: LanguageConfig, kvCache?: KvCache): Tensor {
  const time = x.shape[1]!
  const nPositions = kvCache?.pastKeys[0]?.shape[2] ?? time
  const tables = { ...rotaryTables(config, nPositions), mask: causalMask(time) }
  for (let i = 0; i < config.nLayers; i++) x = decoderBlock(x, w.in('model.layers').in(i), config, tables, i, kvCache)
  return rmsNorm(x, w.at('model.norm.weight', [config.hidden]), config.rmsEpsilon)
}

/** Logits of states [rows, hidden] → [rows, vocab]. */
export function languageHead(x: Tensor, w: Weights, { vocab, hidden, tied }: LanguageConfig): Tensor {
  return linear(x, w.at(tied ? 'model.embed_tokens.weight' : 'lm_head.weight', [vocab, hidden]))
}

/** Pre-norm block; x: [batch, time, hidden] → the same shape. */
function decoderBlock(
  x: Tensor,
  w: Weights,
  config: LanguageConfig,
  tables: Tables,
  layer: number,
  kvCache?: KvCache,
): Tensor {
  const { hidden, rmsEpsilon } = config
  const heard = rmsNorm(x, w.at('input_layernorm.weight', [hidden]), rmsEpsilon)
  x = add(x, attention(heard, w.in('self_attn'), config, tables, layer, kvCache))
  const read = rmsNorm(x, w.at('post_attention_layernorm.weight', [hidden]), rmsEpsilon)
  return add(x, swiGlu(read, w.in('mlp'), config))
}

/** Grouped-query attention (arXiv 2305.13245) with rotary positions. */
function attention(
  x: Tensor,
  w: Weights,
  config: LanguageConfig,
  { cos, sin, mask }: Tables,
  layer: number,
  kvCache?: KvCache,
): Tensor {
  const { hidden, nHeads, nKvHeads, qkvBias = true, qkNorm = false, rmsEpsilon } = config
  const [batch, time] = x.shape as [number, number, number]
  const headDim = headDimOf(config)
  const project = (name: string, n: number) => w.linear(x, name, n * headDim, { bias: qkvBias })
  const normed = (name: string, t: Tensor, n: number) => {
    if (!qkNorm) return t
    const byHead = reshape(t, [batch, time, n, headDim])
    return reshape(rmsNorm(byHead, w.at(`${name}.weight`, [headDim]), rmsEpsilon), t.shape)
  }
  const q = normed('q_norm', project('q_proj', nHeads), nHeads)
  const k = normed('k_norm', project('k_proj', nKvHeads), nKvHeads)
  const v = project('v_proj', nKvHeads)
  let heard: Tensor // [batch, time, nHeads · headDim]
  if (kvCache) {
    const { y, presentKey, presentValue } = cachedAttention({
      query: q,
      key: k,
      value: v,
      pastKey: kvCache.pastKeys[layer]!,
      pastValue: kvCache.pastValues[layer]!,
      lastIndex: kvCache.lastIndex,
      totalLength: kvCache.totalLength,
      cos,
      sin,
      nHeads,
      nKvHeads,
    })
    kvCache.presentKeys.push(presentKey)
    kvCache.presentValues.push(presentValue)
    heard = y
  } else {
    const heads = (t: Tensor, n: number) => transpose(reshape(t, [batch, time, n, headDim]), [0, 2, 1, 3])
    const from0 = constant([0], [1], 'int64')
    // Queries that share a key head stand together: no copy of the keys is needed.
    const grouped = (t: Tensor) => reshape(t, [batch, nKvHeads, (nHeads / nKvHeads) * time, t.shape.at(-1)!])
    const queries = grouped(rotary(heads(q, nHeads), from0, cos, sin))
    const keys = rotary(heads(k, nKvHeads), from0, cos, sin)
    const scores = matMul(queries, keys, { transposeB: true, alpha: 1 / Math.sqrt(headDim) })
    const shares = softmax(add(reshape(scores, [batch, nHeads, time, time]), mask))
    const mixed = matMul(grouped(shares), heads(v, nKvHeads))
    heard = reshape(transpose(reshape(mixed, [batch, nHeads, time, headDim]), [0, 2, 1, 3]), q.shape)
  }
  return w.linear(heard, 'o_proj', hidden)
}

/** SwiGLU (arXiv 2002.05202): down(silu(gate(x)) · up(x)). */
function swiGlu(x: Tensor, w: Weights, { hidden, ffn }: LanguageConfig): Tensor {
  const gate = w.linear(x, 'gate_proj', ffn)
  const up = w.linear(x, 'up_proj', ffn)
  return w.linear(mul(silu(gate), up), 'down_proj', hidden)
}

/** Token t sees tokens 0 to t: 0 there, −1e9 after. Padding on the right is therefore never seen. */
function causalMask(time: number): Tensor {
  const values = new Float32Array(time * time)
  for (let t = 0; t < time; t++) values.fill(-1e9, t * time + t + 1, (t + 1) * time)
  return constant(values, [1, 1, time, time])
}

/** As many positions as the graph can reach, not as the model has: a table of 32,768 would stand in every graph. */
function rotaryTables(config: LanguageConfig, nPositions: number): { cos: Tensor; sin: Tensor } {
  const half = headDimOf(config) / 2
  const { angles, scale } = rotaryAngles({ theta: config.ropeTheta, half, scaling: config.ropeScaling }, nPositions)
  const table = (f: (angle: number) => number) =>
    constant(
      angles.map((angle) => scale * f(angle)),
      [nPositions, half],
    )
  return { cos: table(Math.cos), sin: table(Math.sin) }
}
