import { op } from '../op.ts'
import { sizeOf, type Tensor } from '../tensor.ts'
import { between, mul, scale, sub } from './elementwise.ts'
import { gemm } from './matmul.ts'
import { reshape } from './movement.ts'
import { mean, sum } from './reduction.ts'

const rowsOf = (x: Tensor): number => sizeOf(x.shape) / x.shape.at(-1)!

const rmsNormOp = op<{ axis: -1; epsilon: { float: number } }>({
  name: 'SimplifiedLayerNormalization',
  about: 'y = w·x/√(mean x² + ε);  with x̂ = x/rms: dx = (w·dy − x̂·mean(w·dy·x̂))/rms, dw = Σ dy·x̂',
  shape: ([x]) => [x!.shape, [...x!.shape.slice(0, -1), 1]],
  sample: () => [
    {
      inputs: [{ shape: [2, 3, 8] }, { shape: [8], draw: between(0.5, 1.5) }],
      build: (x, w) => rmsNorm(x, w, 1e-6),
    },
  ],
  grad: (dy, { inputs: [x, w], outputs: [, inverse] }) => {
    const width = x!.shape.at(-1)!
    const rows = rowsOf(x!)
    const unit = mul(x!, inverse!)
    const product = mul(dy, unit)
    // mean(w·dy·x̂) as a matrix-vector product: one pass instead of two
    const projection = scale(gemm(reshape(product, [rows, width]), reshape(w!, [width, 1])), 1 / width)
    const centred = sub(mul(dy, w!), mul(unit, reshape(projection, [...x!.shape.slice(0, -1), 1])))
    return [mul(centred, inverse!), sum(reshape(product, [rows, width]), [0])]
  },
})
/** Root-mean-square norm over the last axis (arXiv 1910.07467): x [..., d], weight [d]. */
export const rmsNorm = (x: Tensor, weight: Tensor, epsilon: number): Tensor =>
  rmsNormOp([x, weight], { axis: -1, epsilon: { float: epsilon } })[0]

const layerNormOp = op<{ axis: -1; epsilon: { float: number } }>({
  name: 'LayerNormalization',
  about: 'y = w·x̂ + b, x̂ = (x − mean)/σ;  dx = (g − mean g − x̂·mean(g·x̂))/σ with g = w·dy',
  shape: ([x]) => [x!.shape, [...x!.shape.slice(0, -1), 1], [...x!.shape.slice(0, -1), 1]],
  sample: () => [
    {
      inputs: [{ shape: [2, 3, 8] }, { shape: [8], draw: between(0.5, 1.5) }, { shape: [8] }],
      build: (x, w, b) => layerNorm(x, w, b, 1e-5),
    },
  ],
  grad: (dy, { inputs: [x, w], outputs: [, average, inverse] }) => {
    const unit = mul(sub(x!, average!), inverse!)
    const g = mul(dy, w!)
    const product = mul(dy, unit)
    const projection = mean(mul(g, unit), [-1], true)
    const dx = mul(sub(sub(g, mean(g, [-1], true)), mul(unit, projection)), inverse!)
    const flat = (t: Tensor) => reshape(t, [rowsOf(t), t.shape.at(-1)!])
    return [dx, sum(flat(product), [0]), sum(flat(dy), [0])]
  },
})
/** Layer norm over the last axis (arXiv 1607.06450): x [..., d], weight and bias [d]. */
export const layerNorm = (x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor =>
  layerNormOp([x, weight, bias], { axis: -1, epsilon: { float: epsilon } })[0]
