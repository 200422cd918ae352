import onnxProto from 'onnx-proto'
import { describe, expect, it } from 'vitest'
import {
  add,
  after,
  compile,
  exp,
  grad,
  input,
  linear,
  matMul,
  mul,
  reshape,
  scale,
  slice,
  softmax,
  sum,
  type Tensor,
  tanh,
  transpose,
} from '../../../models/graph/index.ts'
import { recomputed, recomputedByParts } from '../../../models/graph/recompute.ts'
import { gaussian, sfc32 } from '../../../models/random.ts'
import { evaluate, gapOfRule } from './differences.ts'

const draw = (n: number, seed: number) => {
  const random = sfc32(seed)
  return Array.from({ length: n }, () => gaussian(random))
}

describe('a value that is made again for its gradient', () => {
  const x = input('x', [4, 6])
  const w = input('w', [6, 6])
  const feeds = { x: draw(24, 1), w: draw(36, 2) }
  const layer = (t: Tensor) => add(t, tanh(linear(t, w)))
  const stack = (through: (t: Tensor) => Tensor) => {
    const loss = sum(mul(through(through(through(x))), exp(scale(x, 0.1))))
    const [dx, dw] = grad(loss, [x, w])
    return { loss, dx: dx!, dw: dw! }
  }

  it('has the gradients of one that is kept, for what it is made of and for what it reads besides', async () => {
    const kept = await evaluate(stack(layer), feeds)
    const again = await evaluate(
      stack((t) => recomputed(t, layer)),
      feeds,
    )
    expect(again.loss).toEqual(kept.loss)
    for (const name of ['dx', 'dw']) {
      for (const [i, value] of kept[name]!.entries()) expect(again[name]![i]).toBeCloseTo(value, 4)
    }
  })

  it('is twice in the graph', () => {
    const nNodes = (through: (t: Tensor) => Tensor) => nodesNamed('Tanh', compile(stack(through)).bytes)
    expect(nNodes(layer)).toBe(3)
    expect(nNodes((t) => recomputed(t, layer))).toBe(6)
  })

  it('agrees with central differences', async () => {
    const sample = {
      inputs: [{ shape: [3, 4] }, { shape: [4, 4] }],
      build: (a: Tensor, b: Tensor) =>
        recomputed(
          recomputed(a, (t) => tanh(mul(t, t))),
          (t) => exp(softmax(mul(t, sum(b)))),
        ),
    }
    expect(await gapOfRule(sample, sfc32(5), 'float64')).toBeLessThan(1e-7)
  })
})

describe('parts that are worked through one after another', () => {
  // Attention in small: rows of q by parts, each over all of k up to its end, which is computed, and a fed w.
  const attend = (size: number) => (q: Tensor, k0: Tensor, w: Tensor) => {
    const k = tanh(k0)
    const f = (part: Tensor, start: number) => {
      const seen = slice(k, 0, 0, start + part.shape[0]!)
      return linear(matMul(softmax(matMul(part, transpose(seen, [1, 0]))), seen), w)
    }
    return recomputedByParts({ x: q, axis: 0, size, joinAxis: 0, shared: [k], f })
  }
  const inputs = [{ shape: [7, 3] }, { shape: [7, 3] }, { shape: [5, 3] }]

  it.each([1, 2, 3, 7, 10])('agree with central differences in parts of %i', async (size) => {
    expect(await gapOfRule({ inputs, build: attend(size) }, sfc32(size), 'float32')).toBeLessThan(5e-3)
  })

  it('ask for no gradient that nobody wants', () => {
    const [q, k, w] = [input('q', [7, 3]), input('k', [7, 3]), input('w', [5, 3])] as const
    const loss = sum(attend(2)(q, k, w))
    const whole = compile({ dq: grad(loss, [q])[0]!, dk: grad(loss, [k])[0]! }).nNodes
    expect(compile({ dk: grad(loss, [k])[0]! }).nNodes).toBeLessThan(whole)
    expect(grad(loss, [input('other', [1])])).toEqual([null])
  })
})

describe('a value put after others', () => {
  it('is itself, be they infinite or no numbers', async () => {
    const [x, t, u] = [input('x', [3]), input('t', [2, 2]), input('u', [])]
    const y = after(x, [t, u])
    const feeds = { x: [1, -2, 3], t: [Number.POSITIVE_INFINITY, 1, 2, 3], u: [Number.NaN] }
    expect(await evaluate({ y, shape: reshape(y, [3, 1]) }, feeds)).toEqual({ y: [1, -2, 3], shape: [1, -2, 3] })
  })
})

const nodesNamed = (name: string, bytes: Uint8Array): number =>
  onnxProto.onnx.ModelProto.decode(bytes).graph!.node!.filter(({ opType }) => opType === name).length
