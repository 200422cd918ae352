import { describe, expect, it } from 'vitest'
import {
  add,
  cast,
  concat,
  constant,
  GraphError,
  gemm,
  grad,
  input,
  less,
  matMul,
  reshape,
  slice,
  softmax,
  stopGradient,
  sum,
  transpose,
} from '../../../models/graph/index.ts'
import { weightTable } from '../../../models/weights.ts'

const a = input('a', [2, 3])
const b = input('b', [4, 5])

/** What is thrown, and the line of this file that it was thrown from. */
function caught(run: () => unknown): { error: GraphError; line: number } {
  try {
    run()
  } catch (error) {
    const frame = (error as Error)
      .stack!.split('\n')
      .find((text) => /^\s+at /.test(text) && text.includes(import.meta.filename))
    return { error: error as GraphError, line: Number(/:(\d+):\d+\)?$/.exec(frame!)![1]) }
  }
  return expect.fail('nothing was thrown')
}

describe('a graph that cannot be', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['add', () => add(a, b), /^Add: \[2, 3\] and \[4, 5\] do not broadcast; axis 0 has 2 and 4\./],
    ['matMul', () => matMul(a, b), /^matMul: inner axes differ, \[2, 3\] × \[4, 5\]: 3 against 4\./],
    ['gemm', () => gemm(a, b, { transposeB: true }), /^gemm: inner axes differ, \[2, 3\] × \[4, 5\]: 3 against 5\./],
    [
      'a row added',
      () => gemm(a, input('w', [3, 5]), { bias: input('c', [4]) }),
      /the added row must be \[5\], got \[4\]/,
    ],
    ['reshape', () => reshape(a, [4, -1]), /^reshape: \[2, 3\] holds 6 values, \[4, -1\] does not\./],
    ['transpose', () => transpose(a, [0, 0]), /^transpose: \[0, 0\] is no order of the axes of \[2, 3\]\./],
    ['slice', () => slice(a, 1, 1, 9), /^slice: 1 to 9 does not lie within axis 1 of \[2, 3\]\./],
    ['concat', () => concat([a, b], 0), /^concat: \[2, 3\] and \[4, 5\] differ outside axis 0\./],
    ['sum', () => sum(a, [2]), /^ReduceSum: axis 2 is outside a tensor of 2 axes\./],
    ['constant', () => constant([1, 2], [3]), /^constant: 2 values for shape \[3\], which holds 3\./],
  ])('names operator and shapes: %s', (_, run, message) => {
    const { error } = caught(run)
    expect(error).toBeInstanceOf(GraphError)
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('\n')
  })

  it('names the line that asked, not one of the library', () => {
    const { error, line } = caught(() => matMul(softmax(a), b))
    expect(error.message).toContain(`(asked at ${import.meta.filename}:${line})`)
  })

  it('names a weight that is asked for in two shapes', () => {
    const { weights } = weightTable()
    weights.in('layers').in(0).at('fc.weight', [2, 3])
    expect(() => weights.at('layers.0.fc.weight', [3, 2])).toThrow(
      /^weight layers\.0\.fc\.weight: asked for as \[3, 2\], before as \[2, 3\]\./,
    )
  })
})

describe('a gradient', () => {
  it('is taken of one number only', () => {
    expect(() => grad(a, [a])).toThrow('grad: the loss must be one number, got shape [2, 3].')
  })

  it('is null for what the loss does not read, and for what only a stopped value reads', () => {
    expect(grad(sum(a), [b])).toEqual([null])
    expect(grad(sum(stopGradient(a)), [a])).toEqual([null])
  })

  it('through an operator without a rule is no gradient, not a wrong one', () => {
    expect(grad(sum(cast(less(a, a), 'float32')), [a])).toEqual([null])
  })
})
