import { add, div, minimum, mul, scalar, scale, sqrt, sub, type Tensor } from '../graph/index.ts'
import type { Optimiser, StepScalars } from './optimiser.ts'

export const adamWDefaults = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8 }

/** Norms and biases do not decay; matrices and embeddings do. */
export const decays = (name: string, { shape }: Tensor): boolean => shape.length > 1 && !name.endsWith('.bias')

/** s·min(1, maxNorm/‖g·s‖): what a gradient array is multiplied by to be scaled and clipped. */
export const clipping = ({ gradScale, gradNorm, maxGradNorm }: StepScalars): Tensor =>
  mul(gradScale, minimum(div(maxGradNorm, add(gradNorm, scalar(1e-6))), scalar(1)))

/**
 * AdamW (arXiv 1711.05101, algorithm 2).
 *
 *   g ← g·s·min(1, maxNorm/‖g·s‖);  m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²
 *   θ ← θ − lr·(c₁·m/(√(c₂·v) + ε) + λ·θ),    c₁ = 1/(1−β₁ᵗ), c₂ = 1/(1−β₂ᵗ)
 */
export const adamW: Optimiser = {
  slots: () => ['adam_m', 'adam_v'],
  rule(scalars) {
    const { beta1, beta2, epsilon } = adamWDefaults
    const { learningRate, weightDecay, correction1, correction2 } = scalars
    const factor = clipping(scalars)
    // Scalars are gathered first, so that few operators pass over the arrays: lr·c₁m/(√(c₂v) + ε) = a·m/(√v + ε/√c₂).
    const share1 = scale(factor, 1 - beta1)
    const share2 = scale(mul(factor, factor), 1 - beta2)
    const root2 = sqrt(correction2)
    const stepSize = div(mul(learningRate, correction1), root2)
    const floor = div(scalar(epsilon), root2)
    const kept = sub(scalar(1), mul(learningRate, weightDecay))
    return ({ name, theta, gradient: g, state }) => {
      const m = add(scale(state.adam_m!, beta1), mul(g, share1))
      const v = add(scale(state.adam_v!, beta2), mul(mul(g, g), share2))
      const move = mul(div(m, add(sqrt(v), floor)), stepSize)
      return { theta: sub(decays(name, theta) ? mul(theta, kept) : theta, move), state: { adam_m: m, adam_v: v } }
    }
  },
}
