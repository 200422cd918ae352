import { mergeMethod, normalizeParameter, numberOf, weightParameter } from './method.ts'

/**
 * Weighted mean of weights ("model soup", arXiv 2203.05482):
 *
 *   θ = Σ wᵢ·θᵢ / Σ wᵢ        normalize: false leaves the division out
 */
export const linear = mergeMethod({
  name: 'linear',
  about: 'Weighted mean of the weights.',
  source: 'arXiv 2203.05482',
  needsBase: false,
  nModels: [2, Number.POSITIVE_INFINITY],
  shared: { normalize: normalizeParameter(true) },
  perModel: { weight: { ...weightParameter, default: 1 } },
  prepare(_, { shared, models }) {
    const weights = models.map((values) => numberOf(values, 'weight'))
    const total = shared.normalize ? weights.reduce((sum, weight) => sum + weight, 0) : 1
    return ({ models }, out) => {
      for (let i = 0; i < out.length; i++) {
        let sum = 0
        for (let k = 0; k < weights.length; k++) sum += weights[k]! * models[k]![i]!
        out[i] = sum / total
      }
    }
  },
})
