import {
  add,
  cachedAttention,
  concat,
  constant,
  equal,
  matMul,
  padAxis,
  recomputedByParts,
  reshape,
  rmsNorm,
  rotary,
  scalar,
  slice,
  softmax,
  type Tensor,
  transpose,
  where,
} from '../graph/index.ts'
import type { Weights } from '../weights.ts'
import { headDimOf, type LanguageConfig } from './language.ts'
import { rotaryAngles } from './rope.ts'

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

/** Rows that hold several sequences one after another: each sees itself alone. */
export interface PackedRows {
  /** int64 [batch, time]: place of a token within its sequence. */
  readonly positionIds: Tensor
  /** int64 [batch, time]: number of its sequence within the row; padding has one of its own. */
  readonly segmentIds: Tensor
}

/** What all layers share. */
export interface AttentionTables {
  /** Rotary positions: [nPositions, headDim/2]. */
  readonly cos: Tensor
  readonly sin: Tensor
  /** int64 [batch, time], or [1] where every row counts from 0. */
  readonly positionIds: Tensor
  /** Added to scores, [1 or batch, 1, size, end]: queries from `start` to `start + size`, keys from 0 to `end`. */
  readonly mask: (start: number, size: number, end: number) => Tensor
  /** Queries whose scores exist at a time. */
  readonly blockSize: number
}

/** Up to here the scores of a layer are kept whole for the backward pass: sequences that short are quicker so. */
const WHOLE_TIME = 512 // tokens
/** Of longer ones no more scores than this exist at a time, those of a block of queries, and none are kept. */
const SCORE_BYTES = 2 ** 24
/**
 * A block's keys are rounded up to one of so many lengths. ONNX Runtime keeps a buffer from the first tensor of a shape to the
 * last one, since it plans to use it again: as many shapes as blocks would hold half of all scores through the whole step.
 */
const KEY_LENGTHS = 4
const SMALLEST_BLOCK = 128 // queries

/** Tables for x [batch, time, hidden]. */
export function attentionTables(
  [batch, time]: readonly number[],
  config: LanguageConfig,
  {
    kvCache,
    packed,
    keepScores = false,
  }: { kvCache?: KvCache | undefined; packed?: PackedRows | undefined; keepScores?: boolean | undefined },
): AttentionTables {
  const fitting = SCORE_BYTES / (4 * batch! * config.nHeads * time!)
  const block = Math.max(SMALLEST_BLOCK, 2 ** Math.floor(Math.log2(fitting)))
  return {
    ...rotaryTables(config, kvCache?.pastKeys[0]?.shape[2] ?? time!),
    positionIds: packed?.positionIds ?? constant([0], [1], 'int64'),
    mask: remembered(packed ? segmentMask(packed.segmentIds) : causalMask()),
    blockSize: keepScores || time! <= WHOLE_TIME ? time! : block,
  }
}

/** Grouped-query attention (arXiv 2305.13245) with rotary positions: x [batch, time, hidden] → the same shape. */
export function attention(
  x: Tensor,
  w: Weights,
  config: LanguageConfig,
  tables: AttentionTables,
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
  const query = normed('q_norm', project('q_proj', nHeads), nHeads)
  const key = normed('k_norm', project('k_proj', nKvHeads), nKvHeads)
  const value = project('v_proj', nKvHeads)
  let heard: Tensor // [batch, time, nHeads · headDim]
  if (kvCache) {
    const { cos, sin } = tables
    const { lastIndex, totalLength } = kvCache
    const past = { pastKey: kvCache.pastKeys[layer]!, pastValue: kvCache.pastValues[layer]! }
    const made = cachedAttention({ query, key, value, ...past, lastIndex, totalLength, cos, sin, nHeads, nKvHeads })
    kvCache.presentKeys.push(made.presentKey)
    kvCache.presentValues.push(made.presentValue)
    heard = made.y
  } else {
    const heads = (t: Tensor, n: number) => transpose(reshape(t, [batch, time, n, headDim]), [0, 2, 1, 3])
    const turned = (t: Tensor) => rotary(t, tables.positionIds, tables.cos, tables.sin)
    const mixed = causalAttention(
      turned(heads(query, nHeads)),
      turned(heads(key, nKvHeads)),
      heads(value, nKvHeads),
      tables,
    )
    heard = reshape(transpose(mixed, [0, 2, 1, 3]), query.shape)
  }
  return w.linear(heard, 'o_proj', hidden)
}

/**
 * Causal attention of q [batch, nHeads, time, headDim] over k and v [batch, nKvHeads, time, headDim] → the shape of q. Long
 * sequences go by blocks of queries, each over the keys up to its end, to the next quarter of the sequence: five eighths of
 * the products, and time × blockSize scores at a time where all layers would keep time².
 */
export function causalAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { mask, blockSize }: Pick<AttentionTables, 'mask' | 'blockSize'>,
): Tensor {
  const [batch, nHeads, time, headDim] = q.shape as [number, number, number, number]
  const nKvHeads = k.shape[1]!
  const keyStep = Math.ceil(time / KEY_LENGTHS)
  const attend = (block: Tensor, start: number) => {
    const size = block.shape[2]!
    const end = Math.min(time, Math.ceil((start + size) / keyStep) * keyStep)
    // Queries that share a key head stand together: no copy of the keys is needed.
    const grouped = (t: Tensor) => reshape(t, [batch, nKvHeads, (nHeads / nKvHeads) * size, t.shape.at(-1)!])
    const [keys, values] = [slice(k, 2, 0, end), slice(v, 2, 0, end)]
    const scores = matMul(grouped(block), keys, { transposeB: true, alpha: 1 / Math.sqrt(headDim) })
    const shares = softmax(add(reshape(scores, [batch, nHeads, size, end]), mask(start, size, end)))
    return reshape(matMul(grouped(shares), values), block.shape)
  }
  if (blockSize >= time) return attend(q, 0)
  return recomputedByParts({ x: q, axis: 2, joinAxis: 2, size: blockSize, shared: [k, v], f: attend })
}

/** One tensor for a place, however many layers ask: a constant of its own for each would stand in the graph as often. */
function remembered(make: AttentionTables['mask']): AttentionTables['mask'] {
  const made = new Map<string, Tensor>()
  return (start, size, end) => {
    const key = `${start}:${size}:${end}`
    const mask = made.get(key) ?? make(start, size, end)
    made.set(key, mask)
    return mask
  }
}

/** Token t sees tokens 0 to t: 0 there, −1e9 after. Padding on the right is therefore never seen. */
function causalMask(): AttentionTables['mask'] {
  const triangle = remembered((_, size) => {
    const values = new Float32Array(size * size)
    for (let t = 0; t < size; t++) values.fill(-1e9, t * size + t + 1, (t + 1) * size)
    return constant(values, [1, 1, size, size])
  })
  return (start, size, end) => {
    const [own, after] = [triangle(0, size, size), end - start - size]
    const parts = [padAxis(own, 3, start, 0)]
    if (after > 0) parts.push(constant(new Float32Array(size * after).fill(-1e9), [1, 1, size, after]))
    return concat(parts, 3)
  }
}

/** The causal mask within a segment, −1e9 outside. */
function segmentMask(segmentIds: Tensor): AttentionTables['mask'] {
  const batch = segmentIds.shape[0]!
  const causal = causalMask()
  return (start, size, end) => {
    const own = reshape(slice(segmentIds, 1, start, start + size), [batch, 1, size, 1])
    const others = reshape(slice(segmentIds, 1, 0, end), [batch, 1, 1, end])
    return where(equal(own, others), causal(start, size, end), scalar(-1e9))
  }
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
