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

/** Shape of a Qwen2-family decoder; the names are those of Hugging Face's `Qwen2Config`, in our spelling. */
export interface LanguageConfig {
  readonly vocab: number
  readonly hidden: number
  readonly nLayers: number
  readonly nHeads: number
  readonly nKvHeads: number
  readonly ffn: number
  readonly ropeTheta: number
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

export const embedTokens = (ids: Tensor, w: Weights, { vocab, hidden }: LanguageConfig): Tensor =>
  gatherRows(w.at('model.embed_tokens.weight', [vocab, hidden]), ids)

/** Constants that all layers share: rotary positions [nPositions, headDim/2], causal mask [1, 1, time, time]. */
interface Tables {
  readonly cos: Tensor
  readonly sin: Tensor
  readonly mask: Tensor
}

/** Decoder of Qwen2 (arXiv 2407.10671, §2.2). x: embeddings [batch, time, hidden] → normed states, same shape. */
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

/** Grouped-query attention with rotary positions and biases on queries, keys and values. */
function attention(
  x: Tensor,
  w: Weights,
  config: LanguageConfig,
  { cos, sin, mask }: Tables,
  layer: number,
  kvCache?: KvCache,
): Tensor {
  const { hidden, nHeads, nKvHeads } = config
  const [batch, time] = x.shape as [number, number, number]
  const headDim = hidden / nHeads
  const project = (name: string, width: number) =>
    linear(x, w.at(`${name}.weight`, [width, hidden]), w.at(`${name}.bias`, [width]))
  const q = project('q_proj', hidden)
  const k = project('k_proj', nKvHeads * headDim)
  const v = project('v_proj', nKvHeads * headDim)
  let heard: Tensor // [batch, time, hidden]
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
    heard = reshape(transpose(reshape(mixed, [batch, nHeads, time, headDim]), [0, 2, 1, 3]), [batch, time, hidden])
  }
  return linear(heard, w.at('o_proj.weight', [hidden, hidden]))
}

/** SwiGLU (arXiv 2002.05202): down(silu(gate(x)) · up(x)). */
function swiGlu(x: Tensor, w: Weights, { hidden, ffn }: LanguageConfig): Tensor {
  const gate = linear(x, w.at('gate_proj.weight', [ffn, hidden]))
  const up = linear(x, w.at('up_proj.weight', [ffn, hidden]))
  return linear(mul(silu(gate), up), w.at('down_proj.weight', [hidden, ffn]))
}

/** Token t sees tokens 0 to t: 0 there, −1e9 after. Padding on the right is therefore never seen. */
function causalMask(time: number): Tensor {
  const values = new Float32Array(time * time)
  for (let t = 0; t < time; t++) values.fill(-1e9, t * time + t + 1, (t + 1) * time)
  return constant(values, [1, 1, time, time])
}

/** As many positions as the graph can reach, not as the model has: a table of 32,768 would stand in every graph. */
function rotaryTables({ hidden, nHeads, ropeTheta }: LanguageConfig, nPositions: number): { cos: Tensor; sin: Tensor } {
  const half = hidden / nHeads / 2
  const angles = Array.from({ length: nPositions * half }, (_, i) => {
    const position = Math.floor(i / half)
    return position * ropeTheta ** (-(i % half) / half)
  })
  const shape = [nPositions, half]
  return { cos: constant(angles.map(Math.cos), shape), sin: constant(angles.map(Math.sin), shape) }
}
