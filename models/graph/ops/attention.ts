import { composite, op } from '../op.ts'
import { constant, GraphError, show, type Tensor } from '../tensor.ts'
import { neg } from './elementwise.ts'

const rotaryOp = op<{ interleaved: 0 }>({
  name: 'RotaryEmbedding',
  domain: 'com.microsoft',
  about: 'rotates halves of each head by its position (arXiv 2104.09864);  dx rotates dy back, sin → −sin',
  shape: ([x]) => x!.shape,
  sample: () => [
    {
      inputs: [{ shape: [2, 3, 4, 8] }],
      build: (x) => {
        const angle = Array.from({ length: 16 }, (_, i) => 0.3 * i)
        const positions = constant([0, 1, 2, 3, 1, 2, 3, 0], [2, 4], 'int64')
        return rotary(
          x,
          positions,
          constant(angle.map(Math.cos), [4, 4], x.dtype),
          constant(angle.map(Math.sin), [4, 4], x.dtype),
        )
      },
    },
  ],
  grad: (dy, { inputs: [, positions, cos, sin] }) => [rotary(dy, positions!, cos!, neg(sin!)), null, null, null],
})
/** Rotary positions: x [batch, nHeads, time, headDim], positionIds [batch, time] into cos and sin [nPositions, headDim/2]. */
export const rotary = (x: Tensor, positionIds: Tensor, cos: Tensor, sin: Tensor): Tensor =>
  rotaryOp([x, positionIds, cos, sin], { interleaved: 0 })[0]

const cachedAttentionOp = op<{ num_heads: number; kv_num_heads: number; do_rotary: 0 | 1; scale: { float: number } }>({
  name: 'GroupQueryAttention',
  domain: 'com.microsoft',
  about: 'causal attention over a key-value cache that grows in place; for sampling, so without a gradient',
  shape: ([q, , , pastKey, pastValue]) => [q!.shape, pastKey!.shape, pastValue!.shape],
  sample: () => [],
  grad: 'none',
})

/**
 * Attention of new tokens over a cache; with `cos` and `sin` queries and keys are rotated to their positions first.
 *
 * query [batch, time, nHeads·headDim], key and value [batch, time, nKvHeads·headDim], cache [batch, nKvHeads, capacity, headDim];
 * `lastIndex` int32 [batch] is the position of each row's last token, `totalLength` int32 [] the longest of them plus one.
 * When past and present are the same buffer the cache is appended in place, without a copy.
 */
export function cachedAttention(args: {
  query: Tensor
  key: Tensor
  value: Tensor
  pastKey: Tensor
  pastValue: Tensor
  lastIndex: Tensor
  totalLength: Tensor
  cos?: Tensor
  sin?: Tensor
  nHeads: number
  nKvHeads: number
}): { y: Tensor; presentKey: Tensor; presentValue: Tensor } {
  const { query, key, pastKey, nHeads, nKvHeads } = args
  const headDim = query.shape.at(-1)! / nHeads
  if (key.shape.at(-1) !== nKvHeads * headDim || pastKey.shape.at(-1) !== headDim) {
    throw new GraphError(
      `cachedAttention: query ${show(query.shape)} with ${nHeads} heads needs keys of width ${nKvHeads * headDim} and a ` +
        `cache of head width ${headDim}, got ${show(key.shape)} and ${show(pastKey.shape)}.`,
    )
  }
  if (headDim % 16 !== 0) {
    throw new GraphError(`cachedAttention: a head is ${headDim} wide; ONNX Runtime's kernel needs a multiple of 16.`)
  }
  const [y, presentKey, presentValue] = cachedAttentionOp(
    [
      ...[query, key, args.value, pastKey, args.pastValue, args.lastIndex, args.totalLength],
      ...(args.cos && args.sin ? [args.cos, args.sin] : []),
    ],
    {
      num_heads: nHeads,
      kv_num_heads: nKvHeads,
      do_rotary: args.cos && args.sin ? 1 : 0,
      scale: { float: 1 / Math.sqrt(headDim) },
    },
  )
  return { y, presentKey: presentKey!, presentValue: presentValue! }
}

/** The same value, with no gradient behind it. */
export const stopGradient = (x: Tensor): Tensor => composite('StopGradient', [x], x, 'none')
