import onnxProto from 'onnx-proto'
import { describe, expect, it } from 'vitest'
import {
  add,
  compile,
  constant,
  exp,
  grad,
  input,
  matMul,
  mul,
  scalar,
  sum,
  type Tensor,
} from '../../../models/graph/index.ts'
import { evaluate } from './differences.ts'

const { onnx } = onnxProto
const x = input('x', [2, 3])
const decoded = (outputs: Record<string, Tensor>) => onnx.ModelProto.decode(compile(outputs).bytes).graph!

describe('a compiled graph', () => {
  it('says what it reads and gives, and computes it', async () => {
    const w = input('w', [3, 2])
    const outputs = { y: add(matMul(x, w), constant([10, 20], [2])), total: sum(x) }
    const { inputs, outputs: given } = compile(outputs)
    expect(inputs).toEqual([
      { name: 'x', dtype: 'float32', shape: [2, 3] },
      { name: 'w', dtype: 'float32', shape: [3, 2] },
    ])
    expect(given).toEqual([
      { name: 'y', dtype: 'float32', shape: [2, 2] },
      { name: 'total', dtype: 'float32', shape: [] },
    ])
    const found = await evaluate(outputs, { x: [1, 2, 3, 4, 5, 6], w: [1, 0, 0, 1, 1, 1] })
    expect(found).toEqual({ y: [14, 25, 20, 31], total: [21] })
  })

  it('reads back as the ONNX model it was written as', () => {
    const graph = decoded({ y: mul(exp(x), scalar(2)) })
    expect(graph.node!.map(({ opType }) => opType)).toEqual(['Exp', 'Mul'])
    expect(graph.input!.map(({ name }) => name)).toEqual(['x'])
    expect(graph.output!.map(({ name }) => name)).toEqual(['y'])
    expect(graph.node!.at(-1)!.output).toEqual(['y'])
  })

  it('computes what several outputs share once, and holds equal constants once', () => {
    const shared = exp(x)
    const graph = decoded({ a: add(shared, scalar(1)), b: mul(shared, scalar(1)) })
    expect(graph.node!.filter(({ opType }) => opType === 'Exp')).toHaveLength(1)
    expect(graph.initializer).toHaveLength(1)
  })

  it('gives a value that is an output and is read on, under its name, without a copy', async () => {
    const y = exp(x)
    const outputs = { y, z: add(y, y) }
    expect(decoded(outputs).node!.map(({ opType }) => opType)).toEqual(['Exp', 'Add'])
    const found = await evaluate(outputs, { x: [0, 0, 0, 0, 0, 0] })
    expect(found).toEqual({ y: [1, 1, 1, 1, 1, 1], z: [2, 2, 2, 2, 2, 2] })
  })

  it('gives one value under two names, and an input as it is', async () => {
    const y = exp(x)
    const found = await evaluate({ a: y, b: y, same: x }, { x: [0, 0, 0, 0, 0, 0] })
    expect(found).toEqual({ a: [1, 1, 1, 1, 1, 1], b: [1, 1, 1, 1, 1, 1], same: [0, 0, 0, 0, 0, 0] })
  })

  it('refuses two inputs of one name', () => {
    expect(() => compile({ y: add(x, input('x', [2, 3])) })).toThrow('two inputs are named "x"')
  })

  it('is the same bytes whenever it is made of the same expression', () => {
    const make = () => {
      const a = input('a', [2, 2])
      const loss = sum(mul(exp(a), a))
      return compile({ loss, da: grad(loss, [a])[0]! }).bytes
    }
    expect(make()).toEqual(make())
  })
})

describe('a light graph', () => {
  const product = (rows: number, inner: number, columns: number) =>
    compile({ z: matMul(input('x', [rows, inner]), input('y', [inner, columns])) }).light

  it('has small products alone, of small matrices', () => {
    expect(product(32, 128, 384)).toBe(true)
    expect(product(512, 128, 384)).toBe(false)
    expect(product(1, 576, 1536)).toBe(false) // one row, and megabytes of weights to read
  })

  it('has one product at least: what passes over arrays gains from every thread', () => {
    expect(compile({ z: add(input('x', [8]), input('y', [8])) }).light).toBe(false)
  })
})
