import { op } from '../op.ts'
import { axisOf, constant, sameShape, sizeOf, type Tensor } from '../tensor.ts'
import { exp, mul, scale, sub } from './elementwise.ts'
import { expand, reshape } from './movement.ts'

const kept = (shape: readonly number[], axes: readonly number[]): number[] =>
  shape.map((n, i) => (axes.includes(i) ? 1 : n))

const axesOf = (axes: Tensor): number[] => {
  if (axes.source.kind !== 'constant') throw new Error('internal: axes must be constant')
  return Array.from(axes.source.data, Number)
}

function reduction(
  name: 'ReduceSum' | 'ReduceMean' | 'ReduceMax',
  about: string,
  share: ((n: number) => number) | 'none',
) {
  const make = op<{ keepdims: 1 }>({
    name,
    about,
    shape: ([x, axes]) => kept(x!.shape, axesOf(axes!)),
    sample: () =>
      share === 'none'
        ? []
        : [
            { inputs: [{ shape: [3, 5] }], build: (x) => reduce(x, [0]) },
            { inputs: [{ shape: [2, 3, 4] }], build: (x) => reduce(x, [-1, 0], true) },
          ],
    grad:
      share === 'none'
        ? 'none'
        : (dy, { inputs: [x] }) => [expand(scale(dy, share(sizeOf(x!.shape) / sizeOf(dy.shape))), x!.shape), null],
  })
  const reduce = (x: Tensor, axes?: readonly number[], keepAxes = false): Tensor => {
    const all = (axes ?? x.shape.map((_, i) => i)).map((axis) => axisOf(name, axis, x.shape.length))
    if (all.length === 0) return x
    const y = make([x, constant(all, [all.length], 'int64')], { keepdims: 1 })[0]
    return keepAxes
      ? y
      : reshape(
          y,
          x.shape.filter((_, i) => !all.includes(i)),
        )
  }
  return reduce
}

/** Sum over `axes` (all of them when left out). */
export const sum = reduction('ReduceSum', 'Σ over axes', () => 1)
/** Mean over `axes` (all of them when left out). */
export const mean = reduction('ReduceMean', 'mean over axes', (n) => 1 / n)
/** Largest value over `axes`. */
export const max = reduction('ReduceMax', 'max over axes', 'none')

/** Sums a gradient back to the shape its operand had before it was stretched. */
export function sumTo(x: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(x.shape, shape)) return x
  const extra = x.shape.length - shape.length
  const axes = x.shape.map((_, i) => i).filter((i) => i < extra || (shape[i - extra] === 1 && x.shape[i] !== 1))
  return reshape(axes.length > 0 ? sum(x, axes, true) : x, shape)
}

const softmaxOp = op<{ axis: number }>({
  name: 'Softmax',
  about: 'eˣ/Σeˣ over the last axis;  dx = y·(dy − Σ dy·y)',
  shape: ([x]) => x!.shape,
  sample: () => [{ inputs: [{ shape: [2, 3, 7] }], build: (x) => softmax(x) }],
  grad: (dy, { outputs: [y] }) => {
    const weighted = mul(dy, y!)
    return [sub(weighted, mul(y!, sum(weighted, [-1], true)))]
  },
})
export const softmax = (x: Tensor): Tensor => softmaxOp([x], { axis: -1 })[0]

const logSoftmaxOp = op<{ axis: number }>({
  name: 'LogSoftmax',
  about: 'x − ln Σeˣ over the last axis;  dx = dy − e^y·Σdy',
  shape: ([x]) => x!.shape,
  sample: () => [{ inputs: [{ shape: [3, 7] }], build: (x) => logSoftmax(x) }],
  grad: (dy, { outputs: [y] }) => [sub(dy, mul(exp(y!), sum(dy, [-1], true)))],
})
export const logSoftmax = (x: Tensor): Tensor => logSoftmaxOp([x], { axis: -1 })[0]
