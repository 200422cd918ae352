import { op } from '../op.ts'
import { broadcast, GraphError, show, sizeOf, type Tensor } from '../tensor.ts'
import { add } from './elementwise.ts'
import { reshape, transpose } from './movement.ts'
import { sum, sumTo } from './reduction.ts'

type Flags = { transA: 0 | 1; transB: 0 | 1; alpha: { float: number } }

const matMulOp = op<Flags>({
  name: 'FusedMatMul',
  domain: 'com.microsoft',
  about: 'α·A·B over the last two axes, either one transposed; leading axes broadcast',
  shape: ([a, b], { transA, transB }) => {
    const [m, k] = lastTwo(a!, transA === 1)
    const [k2, n] = lastTwo(b!, transB === 1)
    if (k !== k2) {
      throw new GraphError(
        `matMul: inner axes differ, ${show(a!.shape)}${transA ? 'ᵀ' : ''} × ${show(b!.shape)}${transB ? 'ᵀ' : ''}: ` +
          `${k} against ${k2}.`,
      )
    }
    return [...broadcast('matMul', a!.shape.slice(0, -2), b!.shape.slice(0, -2)), m, n]
  },
  sample: () => [
    { inputs: [{ shape: [2, 3, 4] }, { shape: [2, 4, 5] }], build: (a, b) => matMul(a, b) },
    { inputs: [{ shape: [2, 3, 4] }, { shape: [4, 5] }], build: (a, b) => matMul(a, b, { alpha: 0.5 }) },
    { inputs: [{ shape: [2, 3, 4] }, { shape: [2, 5, 4] }], build: (a, b) => matMul(a, b, { transposeB: true }) },
    { inputs: [{ shape: [3, 4, 3] }, { shape: [3, 4, 5] }], build: (a, b) => matMul(a, b, { transposeA: true }) },
    {
      inputs: [{ shape: [2, 4, 3] }, { shape: [2, 5, 4] }],
      build: (a, b) => matMul(a, b, { transposeA: true, transposeB: true }),
    },
  ],
  // Y = αA·B: dA = αdY·Bᵀ, dB = αAᵀ·dY; a transposed operand swaps the sides of its gradient.
  grad: (dy, { inputs: [a, b], attributes }) => {
    const alpha = (attributes.alpha as { float: number }).float
    const tA = attributes.transA === 1
    const tB = attributes.transB === 1
    const da = tA
      ? matMul(b!, dy, { transposeA: tB, transposeB: true, alpha })
      : matMul(dy, b!, { transposeB: !tB, alpha })
    const db = tB
      ? matMul(dy, a!, { transposeA: true, transposeB: tA, alpha })
      : matMul(a!, dy, { transposeA: !tA, alpha })
    return [sumTo(da, a!.shape), sumTo(db, b!.shape)]
  },
})

function lastTwo(x: Tensor, transposed: boolean): [number, number] {
  if (x.shape.length < 2) throw new GraphError(`matMul: needs at least 2 axes, got ${show(x.shape)}.`)
  const [rows, columns] = x.shape.slice(-2) as [number, number]
  return transposed ? [columns, rows] : [rows, columns]
}

/** α·A·B over the last two axes: [..., m, k] × [..., k, n] → [..., m, n]; either operand may be read transposed. */
export function matMul(
  a: Tensor,
  b: Tensor,
  {
    transposeA = false,
    transposeB = false,
    alpha = 1,
  }: { transposeA?: boolean; transposeB?: boolean; alpha?: number } = {},
): Tensor {
  return matMulOp([a, b], { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0, alpha: { float: alpha } })[0]
}

const gemmOp = op<{ transA: 0 | 1; transB: 0 | 1 }>({
  name: 'Gemm',
  about: 'A·B + c for matrices, either one transposed; c is a row or absent',
  shape: ([a, b, c], { transA, transB }) => {
    if (a!.shape.length !== 2 || b!.shape.length !== 2) {
      throw new GraphError(`gemm: needs two matrices, got ${show(a!.shape)} and ${show(b!.shape)}.`)
    }
    const [m, k] = lastTwo(a!, transA === 1)
    const [k2, n] = lastTwo(b!, transB === 1)
    if (k !== k2)
      throw new GraphError(`gemm: inner axes differ, ${show(a!.shape)} × ${show(b!.shape)}: ${k} against ${k2}.`)
    if (c && (c.shape.length !== 1 || c.shape[0] !== n)) {
      throw new GraphError(`gemm: the added row must be [${n}], got ${show(c.shape)}.`)
    }
    return [m, n]
  },
  sample: () => [
    { inputs: [{ shape: [3, 4] }, { shape: [4, 5] }, { shape: [5] }], build: (a, b, c) => gemm(a, b, { bias: c }) },
    { inputs: [{ shape: [3, 4] }, { shape: [5, 4] }], build: (a, b) => gemm(a, b, { transposeB: true }) },
    { inputs: [{ shape: [4, 3] }, { shape: [4, 5] }], build: (a, b) => gemm(a, b, { transposeA: true }) },
    {
      inputs: [{ shape: [4, 3] }, { shape: [5, 4] }],
      build: (a, b) => gemm(a, b, { transposeA: true, transposeB: true }),
    },
  ],
  grad: (dy, { inputs: [a, b, c], attributes }) => {
    const tA = attributes.transA === 1
    const tB = attributes.transB === 1
    const da = tA ? gemm(b!, dy, { transposeA: tB, transposeB: true }) : gemm(dy, b!, { transposeB: !tB })
    const db = tB ? gemm(dy, a!, { transposeA: true, transposeB: tA }) : gemm(a!, dy, { transposeA: !tA })
    return c ? [da, db, sum(dy, [0])] : [da, db]
  },
})

/** A·B + bias for matrices: [m, k] × [k, n] → [m, n]. */
export function gemm(
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false, bias }: { transposeA?: boolean; transposeB?: boolean; bias?: Tensor } = {},
): Tensor {
  const inputs = bias ? [a, b, bias] : [a, b]
  return gemmOp(inputs, { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 })[0]
}

/** Rows from and up to which {@link linear} multiplies the other way round, and the numbers that a weight must then have. */
const FEW = { from: 4, to: 32, size: 2 ** 17 }

/**
 * x·Wᵀ + b as checkpoints store it: x [..., nIn], weight [nOut, nIn], bias [nOut] → [..., nOut].
 *
 * For a few rows and a weight that outgrows the cache, as when tokens are sampled, it is (W·xᵀ)ᵀ: the kernel packs a copy of
 * its second matrix before it multiplies, which for W costs more than the product itself.
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const nIn = x.shape.at(-1)!
  const rows = reshape(x, [-1, nIn])
  const few = rows.shape[0]! >= FEW.from && rows.shape[0]! <= FEW.to && sizeOf(weight.shape) >= FEW.size
  const shape = [...x.shape.slice(0, -1), weight.shape[0]!]
  if (few) {
    const y = transpose(matMul(weight, rows, { transposeB: true }), [1, 0])
    return reshape(bias ? add(y, bias) : y, shape)
  }
  return reshape(gemm(rows, weight, { transposeB: true, ...(bias && { bias }) }), shape)
}
