import { op } from '../op.ts'
import { axisOf, broadcast, constant, GraphError, sameShape, scalar, show, sizeOf, type Tensor } from '../tensor.ts'
import { sumTo } from './reduction.ts'

const ints = (values: readonly number[]): Tensor => constant(values, [values.length], 'int64')

const constants = (tensor: Tensor): number[] => {
  if (tensor.source.kind !== 'constant') throw new Error('internal: expected a constant')
  return Array.from(tensor.source.data, Number)
}

const reshapeOp = op({
  name: 'Reshape',
  about: 'the same numbers under another shape',
  shape: (inputs) => constants(inputs[1]!),
  sample: () => [{ inputs: [{ shape: [3, 4] }], build: (x) => reshape(x, [2, -1]) }],
  grad: (dy, { inputs: [x] }) => [reshape(dy, x!.shape), null],
})

/** The same numbers in the same order under another shape; one axis may be −1. */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  const known = shape.reduce((size, n) => (n === -1 ? size : size * n), 1)
  const full = shape.map((n) => (n === -1 ? sizeOf(x.shape) / known : n))
  if (sizeOf(full) !== sizeOf(x.shape) || full.some((n) => !Number.isInteger(n))) {
    throw new GraphError(`reshape: ${show(x.shape)} holds ${sizeOf(x.shape)} values, ${show(shape)} does not.`)
  }
  return sameShape(full, x.shape) ? x : reshapeOp([x, ints(full)], {})[0]
}

const transposeOp = op<{ perm: readonly number[] }>({
  name: 'Transpose',
  about: 'axes in another order',
  shape: ([x], { perm }) => perm.map((axis) => x!.shape[axis]!),
  sample: () => [{ inputs: [{ shape: [2, 3, 4] }], build: (x) => transpose(x, [2, 0, 1]) }],
  grad: (dy, { attributes }) => {
    const perm = attributes.perm as readonly number[]
    return [
      transpose(
        dy,
        perm.map((_, i) => perm.indexOf(i)),
      ),
    ]
  },
})
export function transpose(x: Tensor, perm: readonly number[]): Tensor {
  if (perm.length !== x.shape.length || new Set(perm).size !== perm.length || perm.some((axis) => !(axis in x.shape))) {
    throw new GraphError(`transpose: ${show(perm)} is no order of the axes of ${show(x.shape)}.`)
  }
  return perm.every((axis, i) => axis === i) ? x : transposeOp([x], { perm })[0]
}

const expandOp = op({
  name: 'Expand',
  about: 'x repeated along axes of size 1',
  shape: ([x, shape]) => broadcast('expand', x!.shape, constants(shape!)),
  sample: () => [{ inputs: [{ shape: [3, 1] }], build: (x) => expand(x, [2, 3, 4]) }],
  grad: (dy, { inputs: [x] }) => [sumTo(dy, x!.shape), null],
})
export const expand = (x: Tensor, shape: readonly number[]): Tensor =>
  sameShape(x.shape, shape) ? x : expandOp([x, ints(shape)], {})[0]

const sliceOp = op({
  name: 'Slice',
  about: 'x[start:end] along one axis;  dx is dy between zeros',
  shape: ([x, starts, ends, axes]) => {
    const axis = constants(axes!)[0]!
    return x!.shape.map((n, i) => (i === axis ? constants(ends!)[0]! - constants(starts!)[0]! : n))
  },
  sample: () => [
    { inputs: [{ shape: [3, 5] }], build: (x) => slice(x, 1, 1, 4) },
    { inputs: [{ shape: [4, 2] }], build: (x) => slice(x, 0, 0, 2) },
  ],
  grad: (dy, { inputs: [x, starts, ends, axes] }) => {
    const [axis, start, end] = [constants(axes!)[0]!, constants(starts!)[0]!, constants(ends!)[0]!]
    return [padAxis(dy, axis, start, x!.shape[axis]! - end), null, null, null]
  },
})
/** x from `start` up to, not including, `end` along `axis`. */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  const at = axisOf('slice', axis, x.shape.length)
  if (start < 0 || end > x.shape[at]! || start >= end) {
    throw new GraphError(`slice: ${start} to ${end} does not lie within axis ${at} of ${show(x.shape)}.`)
  }
  if (start === 0 && end === x.shape[at]) return x
  return sliceOp([x, ints([start]), ints([end]), ints([at])], {})[0]
}

const padOp = op<{ mode: string }>({
  name: 'Pad',
  about: 'zeros before and after along axes;  dx is the inner part of dy',
  shape: ([x, pads]) => {
    const p = constants(pads!)
    return x!.shape.map((n, i) => n + p[i]! + p[i + x!.shape.length]!)
  },
  sample: () => [{ inputs: [{ shape: [2, 3] }], build: (x) => padAxis(x, 1, 1, 2) }],
  grad: (dy, { inputs: [x, pads] }) => {
    const p = constants(pads!)
    return [x!.shape.reduce((part, n, i) => slice(part, i, p[i]!, p[i]! + n), dy), null]
  },
})
/** Zeros put before and after along one axis. */
export function padAxis(x: Tensor, axis: number, before: number, after: number): Tensor {
  if (before === 0 && after === 0) return x
  const at = axisOf('pad', axis, x.shape.length)
  const pads = [before, after].flatMap((n) => x.shape.map((_, i) => (i === at ? n : 0)))
  return padOp([x, ints(pads)], { mode: 'constant' })[0]
}

const concatOp = op<{ axis: number }>({
  name: 'Concat',
  about: 'tensors one after another along an axis',
  shape: (inputs, { axis }) => {
    const first = inputs[0]!.shape
    for (const { shape } of inputs) {
      if (shape.length !== first.length || shape.some((n, i) => i !== axis && n !== first[i])) {
        throw new GraphError(`concat: ${show(first)} and ${show(shape)} differ outside axis ${axis}.`)
      }
    }
    return first.map((n, i) => (i === axis ? inputs.reduce((total, { shape }) => total + shape[axis]!, 0) : n))
  },
  sample: () => [{ inputs: [{ shape: [2, 3] }, { shape: [2, 4] }], build: (a, b) => concat([a, b, a], 1) }],
  grad: (dy, { inputs, attributes }) => {
    const axis = attributes.axis as number
    let start = 0
    return inputs.map(({ shape }) => {
      const part = slice(dy, axis, start, start + shape[axis]!)
      start += shape[axis]!
      return part
    })
  },
})
export const concat = (parts: readonly Tensor[], axis: number): Tensor =>
  parts.length === 1 ? parts[0]! : concatOp(parts, { axis: axisOf('concat', axis, parts[0]!.shape.length) })[0]

const gatherOp = op<{ axis: 0 }>({
  name: 'Gather',
  about: 'rows of a matrix by index: [n, d], [..] → [.., d];  dx adds each row of dy where it came from',
  shape: ([x, indices]) => [...indices!.shape, ...x!.shape.slice(1)],
  sample: () => [
    {
      inputs: [{ shape: [5, 3] }],
      build: (x) => gatherRows(x, constant([4, 0, 4, 2], [2, 2], 'int64')),
    },
  ],
  grad: (dy, { inputs: [x, indices] }) => {
    const rows = sizeOf(indices!.shape)
    const columns = sizeOf(x!.shape) / x!.shape[0]!
    const wide = expand(reshape(indices!, [rows, 1]), [rows, columns])
    const zeros = expand(scalar(0, dy.dtype), [x!.shape[0]!, columns])
    return [reshape(scatterAdd(zeros, wide, reshape(dy, [rows, columns]), 0), x!.shape), null]
  },
})
/** Rows of `x` [n, ...] picked by `indices` (int64, 0 ≤ i < n): [...indices, ...]. */
export const gatherRows = (x: Tensor, indices: Tensor): Tensor => gatherOp([x, indices], { axis: 0 })[0]

const gatherElementsOp = op<{ axis: number }>({
  name: 'GatherElements',
  about: 'values by their index along an axis, shaped as the indices;  dx adds each value of dy where it came from',
  shape: ([, indices]) => indices!.shape,
  sample: () => [
    { inputs: [{ shape: [3, 5] }], build: (x) => pick(x, constant([4, 0, 1], [3], 'int64')) },
    { inputs: [{ shape: [3, 2] }], build: (x) => gatherElements(x, constant([2, 2, 0, 2], [2, 2], 'int64'), 0) },
  ],
  grad: (dy, { inputs: [x, indices], attributes }) => [
    scatterAdd(expand(scalar(0, dy.dtype), x!.shape), indices!, dy, attributes.axis as number),
    null,
  ],
})
/** Values of x at `indices` (int64) along `axis`, the other axes walked together: shaped as the indices. */
export const gatherElements = (x: Tensor, indices: Tensor, axis: number): Tensor =>
  gatherElementsOp([x, indices], { axis: axisOf('gatherElements', axis, x.shape.length) })[0]

/** x[i, indices[i]] for every row i: [m, n], int64 [m] → [m]. */
export const pick = (x: Tensor, indices: Tensor): Tensor =>
  reshape(gatherElements(x, reshape(indices, [-1, 1]), 1), [x.shape[0]!])

const scatterAddOp = op<{ axis: number; reduction: 'add' }>({
  name: 'ScatterElements',
  about: 'x with updates added at their index along an axis;  dx = dy, d updates = dy at the indices',
  shape: ([x]) => x!.shape,
  sample: () => [
    {
      inputs: [{ shape: [4, 3] }, { shape: [2, 3] }],
      build: (x, updates) => scatterAdd(x, constant([3, 0, 1, 3, 2, 1], [2, 3], 'int64'), updates, 0),
    },
    {
      inputs: [{ shape: [2, 5] }, { shape: [2, 1] }],
      build: (x, updates) => scatterAdd(x, constant([4, 1], [2, 1], 'int64'), updates, 1),
    },
  ],
  grad: (dy, { inputs: [, indices], attributes }) => [
    dy,
    null,
    gatherElements(dy, indices!, attributes.axis as number),
  ],
})
/**
 * x with `updates` added at `indices` (int64, of their shape) along `axis`; indices may repeat. ONNX Runtime's ScatterND is
 * faster, but its threads lose updates where indices repeat.
 */
export const scatterAdd = (x: Tensor, indices: Tensor, updates: Tensor, axis: number): Tensor =>
  scatterAddOp([x, indices, updates], { axis: axisOf('scatterAdd', axis, x.shape.length), reduction: 'add' })[0]
