import { op } from '../op.ts'
import { constant, GraphError, type Tensor } from '../tensor.ts'

const topKOp = op<{ axis: number; largest: 1; sorted: 1 }>({
  name: 'TopK',
  about: 'the k largest values of the last axis, from the largest down (and their places, which nobody reads here)',
  shape: ([x, k]) => {
    const n = (k!.source as { data?: ArrayLike<number> }).data![0]!
    const shape = [...x!.shape.slice(0, -1), n]
    return [shape, shape]
  },
  sample: () => [],
  grad: 'none',
})

/** The k largest values of the last axis, from the largest down: [..., n] → [..., k]. */
export function topK(x: Tensor, k: number): Tensor {
  const n = x.shape.at(-1)!
  if (!(k >= 1 && k <= n)) throw new GraphError(`topK: k is ${k}, and the last axis has ${n}.`)
  return topKOp([x, constant([k], [1], 'int64')], { axis: -1, largest: 1, sorted: 1 })[0]
}
