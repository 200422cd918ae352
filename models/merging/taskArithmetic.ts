import { combineDifferences } from './differences.ts'
import { lambdaParameter, mergeMethod, normalizeParameter, weightParameter } from './method.ts'

/**
 * Sum of task vectors (arXiv 2212.04089):
 *
 *   θ = θ₀ + λ·Σ wᵢ·(θᵢ − θ₀)        normalize: true divides by Σ wᵢ; a negative wᵢ unlearns
 */
export const taskArithmetic = mergeMethod({
  name: 'task_arithmetic',
  about: 'The base, and the weighted sum of the differences to it.',
  source: 'arXiv 2212.04089',
  needsBase: true,
  nModels: [1, Number.POSITIVE_INFINITY],
  shared: { lambda: lambdaParameter, normalize: normalizeParameter(false) },
  perModel: { weight: { ...weightParameter, default: 1 } },
  prepare: (_, settings) => combineDifferences(settings, (_, difference) => difference, false),
})
