import { add, div, input, minimum, mul, reshape, scalar, scale, sqrt, sub, sum, type Tensor } from './graph/index.ts'

export interface AdamWOptions {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
}

export const adamWDefaults: AdamWOptions = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8 }

/** Norms and biases do not decay; matrices and embeddings do. */
const decays = (name: string, { shape }: Tensor): boolean => shape.length > 1 && !name.endsWith('.bias')

/**
 * One step of AdamW (arXiv 1711.05101, algorithm 2) with clipping by the global gradient norm, for all parameters.
 *
 *   g ← g·s·min(1, maxNorm/‖g·s‖);  m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²
 *   θ ← θ − lr·(c₁·m/(√(c₂·v) + ε) + λ·θ),    c₁ = 1/(1−β₁ᵗ), c₂ = 1/(1−β₂ᵗ)
 *
 * Reads `grad/<name>`, `adam_m/<name>`, `adam_v/<name>` and the scalars learning_rate, weight_decay, max_grad_norm,
 * grad_scale (s), correction1, correction2. Each output may be written over its own input, since every operator that
 * writes one is elementwise and the last to read it.
 */
export function adamWStep(parameters: ReadonlyMap<string, Tensor>, options: AdamWOptions): Record<string, Tensor> {
  const { beta1, beta2, epsilon } = options
  const number = (name: string) => input(name, [])
  const learningRate = number('learning_rate')
  const weightDecay = number('weight_decay')
  const correction1 = number('correction1')
  const correction2 = number('correction2')
  const gradScale = number('grad_scale')
  const gradients = new Map([...parameters].map(([name, { shape }]) => [name, input(`grad/${name}`, shape)]))

  const squares = [...gradients.values()].map((g) => squaredNorm(g))
  const gradNorm = mul(sqrt(squares.reduce((total, s) => add(total, s))), gradScale)
  const tooLong = div(number('max_grad_norm'), add(gradNorm, scalar(1e-6)))
  const factor = mul(gradScale, minimum(tooLong, scalar(1)))

  // Scalars are gathered first, so that few operators pass over the arrays: lr·c₁m/(√(c₂v) + ε) = a·m/(√v + ε/√c₂).
  const share1 = scale(factor, 1 - beta1)
  const share2 = scale(mul(factor, factor), 1 - beta2)
  const root2 = sqrt(correction2)
  const stepSize = div(mul(learningRate, correction1), root2)
  const floor = div(scalar(epsilon), root2)
  const kept = sub(scalar(1), mul(learningRate, weightDecay))

  const outputs: Record<string, Tensor> = { grad_norm: gradNorm }
  for (const [name, theta] of parameters) {
    const g = gradients.get(name)!
    const m = add(scale(input(`adam_m/${name}`, theta.shape), beta1), mul(g, share1))
    const v = add(scale(input(`adam_v/${name}`, theta.shape), beta2), mul(mul(g, g), share2))
    const move = mul(div(m, add(sqrt(v), floor)), stepSize)
    outputs[`new/${name}`] = sub(decays(name, theta) ? mul(theta, kept) : theta, move)
    outputs[`new_m/${name}`] = m
    outputs[`new_v/${name}`] = v
  }
  return outputs
}

/** Σ g² as one row of sums of squares. */
const squaredNorm = (g: Tensor): Tensor => {
  const flat = reshape(g, [-1])
  return sum(mul(flat, flat))
}

export type Schedule = 'constant' | 'linear' | 'cosine'

/**
 * Learning rate at `step` (0-based) of `total`: linear warm-up over `warmupSteps`, then the schedule from `peak` down to
 * `floor`.
 */
export function learningRateAt(
  step: number,
  total: number,
  {
    peak,
    floor = 0,
    warmupSteps = 0,
    schedule = 'cosine',
  }: { peak: number; floor?: number; warmupSteps?: number; schedule?: Schedule },
): number {
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps
  if (schedule === 'constant') return peak
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, total - warmupSteps))
  const share = schedule === 'linear' ? 1 - progress : 0.5 * (1 + Math.cos(Math.PI * progress))
  return floor + (peak - floor) * share
}
