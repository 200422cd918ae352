import * as ort from 'onnxruntime-node'
import { compile, type DType, grad, input, mul, sum, type Tensor } from '../../../models/graph/index.ts'
import { typedArray } from '../../../models/graph/model.ts'
import type { OpSample } from '../../../models/graph/op.ts'
import { sizeOf } from '../../../models/graph/tensor.ts'
import { gaussian, type Random } from '../../../models/random.ts'

export async function evaluate(outputs: Record<string, Tensor>, feeds: Record<string, ArrayLike<number>>) {
  const graph = compile(outputs)
  const session = await ort.InferenceSession.create(graph.bytes, { logSeverityLevel: 3 })
  try {
    const tensors = Object.fromEntries(
      graph.inputs.map(({ name, dtype, shape }) => [
        name,
        new ort.Tensor(dtype, typedArray(dtype, feeds[name]!) as Float32Array, shape),
      ]),
    )
    const results = await session.run(tensors)
    return Object.fromEntries(
      Object.entries(results).map(([name, tensor]) => [name, Array.from(tensor.data as Float64Array, Number)]),
    )
  } finally {
    await session.release()
  }
}

/**
 * How far a rule is from central differences: draws u and v, and compares ⟨v, J·u⟩ by differences with ⟨Jᵀ·v, u⟩ by the
 * rule; returns the relative gap. In 64 bits where the kernels exist.
 */
export async function gapOfRule(sample: OpSample, random: Random, dtype: DType): Promise<number> {
  const inputs = sample.inputs.map(({ shape }, i) => input(`x${i}`, shape, dtype))
  const y = sample.build(...inputs)
  const v = input('v', y.shape, dtype)
  const loss = sum(mul(y, v))
  const gradients = grad(loss, inputs)
  const values = sample.inputs.map(({ shape, draw }) =>
    Array.from({ length: sizeOf(shape) }, (_, i) => draw?.(random, i) ?? 2 * random() - 1),
  )
  const direction = values.map((x) => x.map(() => gaussian(random)))
  const weights = Array.from({ length: sizeOf(y.shape) }, () => gaussian(random))
  const step = dtype === 'float64' ? 1e-5 : 1e-2

  const outputs: Record<string, Tensor> = { loss }
  for (const [i, g] of gradients.entries()) if (g) outputs[`g${i}`] = g
  const at = (move: number) =>
    Object.fromEntries([
      ['v', weights] as const,
      ...values.map((x, i) => [`x${i}`, x.map((value, j) => value + move * direction[i]![j]!)] as const),
    ])
  const centre = await evaluate(outputs, at(0))
  const [up, down] = [await evaluate({ loss }, at(step)), await evaluate({ loss }, at(-step))]
  const byDifferences = (up.loss![0]! - down.loss![0]!) / (2 * step)
  const byRule = direction.reduce(
    (total, d, i) => total + d.reduce((part, u, j) => part + u * (centre[`g${i}`]?.[j] ?? 0), 0),
    0,
  )
  return Math.abs(byRule - byDifferences) / Math.max(1, Math.abs(byDifferences))
}
