import { add, div, matMul, mul, reshape, scalar, scale, sqrt, sub, type Tensor, transpose } from '../graph/index.ts'
import { adamW, clipping } from './adamW.ts'
import { type Optimiser, squaredNorm } from './optimiser.ts'

export const muonDefaults = { momentum: 0.95, steps: 5, epsilon: 1e-7 }

/** Matrices and convolutions inside the towers; embeddings and the head have rows of their own meaning. */
const isHidden = (name: string, { shape }: Tensor): boolean => shape.length > 1 && !/embed|lm_head/.test(name)

/**
 * Muon (K. Jordan 2024; at the scale of AdamW's steps as in arXiv 2502.16982, §2.2): hidden matrices move along their
 * momentum with all singular values brought close to 1; everything else moves by AdamW.
 *
 *   m ← μm + (1−μ)g;  u = (1−μ)g + μm   (g scaled and clipped as in AdamW)
 *   θ ← θ·(1 − lr·λ) − lr·0.2·√max(rows, columns)·NewtonSchulz(u)
 *
 * A convolution [nOut, nIn, kernel] counts as [nOut, nIn·kernel].
 */
export const muon: Optimiser = {
  slots: (name, theta) => (isHidden(name, theta) ? ['muon'] : adamW.slots(name, theta)),
  rule(scalars) {
    const byAdamW = adamW.rule(scalars)
    const { momentum } = muonDefaults
    const factor = scale(clipping(scalars), 1 - momentum)
    const kept = sub(scalar(1), mul(scalars.learningRate, scalars.weightDecay))
    return (parameter) => {
      const { name, theta, gradient, state } = parameter
      if (!isHidden(name, theta)) return byAdamW(parameter)
      const g = mul(gradient, factor)
      const m = add(scale(state.muon!, momentum), g)
      const u = reshape(add(g, scale(m, momentum)), [theta.shape[0]!, -1])
      const size = 0.2 * Math.sqrt(Math.max(...u.shape))
      const move = mul(scale(newtonSchulz(u), size), scalars.learningRate)
      return { theta: sub(mul(theta, kept), reshape(move, theta.shape)), state: { muon: m } }
    }
  },
}

/**
 * U·S′·Vᵀ of x = U·S·Vᵀ: five steps of the quintic iteration bring most singular values between 0.5 and 1.5.
 * x: [rows, columns] → the same shape.
 */
export function newtonSchulz(x: Tensor): Tensor {
  const [rows, columns] = x.shape as [number, number]
  if (rows > columns) return transpose(newtonSchulz(transpose(x, [1, 0])), [1, 0]) // the smaller Gram matrix
  const { steps, epsilon } = muonDefaults
  let y = div(x, add(sqrt(squaredNorm(x)), scalar(epsilon)))
  for (let i = 0; i < steps; i++) {
    const gram = matMul(y, y, { transposeB: true })
    const mixed = add(scale(gram, -4.775), scale(matMul(gram, gram), 2.0315))
    y = add(scale(y, 3.4445), matMul(mixed, y))
  }
  return y
}
