import { after } from '../after.ts'
import { composite, op } from '../op.ts'
import { constant, type DType, GraphError, show, type Tensor } from '../tensor.ts'
import { gemm } from './matmul.ts'
import { reshape } from './movement.ts'

const matMulNBitsOp = op<{ K: number; N: number; bits: 4 | 8; block_size: number }>({
  name: 'MatMulNBits',
  domain: 'com.microsoft',
  about: 'x·Wᵀ with W in 4 or 8 bits, made 32-bit within the kernel; its gradient is that of `quantisedLinear`',
  shape: ([x], { N }) => [...x!.shape.slice(0, -1), N],
  sample: () => [],
  grad: 'none',
})

const dequantizeOp = op<{ axis: 0 }>({
  name: 'DequantizeLinear',
  about: '(code − zero)·scale, a scale and a zero a row',
  shape: ([codes]) => codes!.shape,
  dtype: ([, scales]) => scales!.dtype,
  sample: () => [],
  grad: 'none',
})

/** A weight [nOut, nIn] of which every `blockSize` numbers of a row share a scale: W = scale·(code − 2^(bits−1)). */
export interface QuantisedWeight {
  readonly bits: 4 | 8
  readonly blockSize: number
  /** The codes as bytes, uint8 [nOut, nIn/blockSize, blockSize·bits/8]. */
  readonly packed: Tensor
  /** The same bytes as codes, uint4 or uint8 [nOut·nIn/blockSize, blockSize]. */
  readonly codes: Tensor
  /** [nOut·nIn/blockSize] */
  readonly scales: Tensor
}

/**
 * x·Wᵀ of a frozen weight in 4 or 8 bits (QLoRA, arXiv 2305.14314): x [..., nIn] → [..., nOut].
 *
 *   dx = dy·W
 *
 * W is made 32-bit for its layer alone, in the backward pass once dy is there: without that order ONNX Runtime might make
 * those of all layers first.
 */
export function quantisedLinear(x: Tensor, weight: QuantisedWeight): Tensor {
  const { bits, blockSize, packed, codes, scales } = weight
  const [nOut, nBlocks] = packed.shape as [number, number, number]
  const nIn = nBlocks * blockSize
  if (x.shape.at(-1) !== nIn) {
    throw new GraphError(`quantisedLinear: the weight is [${nOut}, ${nIn}], the input ${show(x.shape)}.`)
  }
  const rows = reshape(x, [-1, nIn])
  const [product] = matMulNBitsOp([rows, packed, scales], { K: nIn, N: nOut, bits, block_size: blockSize })
  const y = reshape(product, [...x.shape.slice(0, -1), nOut])
  return composite('QuantisedLinear', [x], y, (dy) => {
    const [wide] = dequantizeOp([codes, after(scales, [dy]), zeros(codes)], { axis: 0 })
    return [reshape(gemm(reshape(dy, [-1, nOut]), reshape(wide, [nOut, nIn])), x.shape)]
  })
}

/** The code of 0 for every row, one constant for all weights of a size. */
function zeros({ dtype, shape }: Tensor): Tensor {
  const [n] = shape as [number, number]
  const key = `${dtype}:${n}`
  const known = zerosOf.get(key) ?? constant(new Uint8Array(n).fill(dtype === 'uint4' ? 8 : 128), [n], dtype as DType)
  zerosOf.set(key, known)
  return known
}
const zerosOf = new Map<string, Tensor>()
