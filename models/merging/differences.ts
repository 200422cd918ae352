import type { Combine, TensorSettings } from './method.ts'
import { numberOf } from './method.ts'

/** Kept part of θᵢ − θ₀ for each model, row by row of `nModels`; 0 where it was dropped. */
export type Keep = (model: number, difference: number, index: number) => number

/**
 * What task arithmetic, TIES and DARE share: the kept differences to the base, weighted, summed and put onto it.
 *
 *   θ = θ₀ + λ·Σ wᵢ·δᵢ / D        D = 1, or Σ wᵢ over the models that count where `normalize`
 *
 * With `elect` only those count whose weighted difference has the elected sign: that of Σ wᵢ·δᵢ, + where it is 0 (TIES,
 * arXiv 2306.01708, "elect" and "disjoint merge").
 */
export function combineDifferences({ shared, models }: TensorSettings, keep: Keep, elect: boolean): Combine {
  const weights = models.map((values) => numberOf(values, 'weight'))
  const lambda = numberOf(shared, 'lambda')
  const normalize = shared.normalize === true
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const divisor = Math.abs(total) < 1e-8 ? 1 : total
  const weighted = new Float64Array(weights.length)
  return ({ base, models, from }, out) => {
    for (let i = 0; i < out.length; i++) {
      const origin = base[i]!
      let sum = 0
      for (let k = 0; k < weights.length; k++) {
        weighted[k] = weights[k]! * keep(k, Math.fround(models[k]![i]! - origin), from + i)
        sum += weighted[k]!
      }
      if (!elect) {
        out[i] = origin + (lambda * sum) / (normalize ? divisor : 1)
        continue
      }
      let agreed = 0
      let counted = 0
      for (let k = 0; k < weights.length; k++) {
        const value = weighted[k]!
        if (sum >= 0 ? value > 0 : value < 0) {
          agreed += value
          counted += weights[k]!
        }
      }
      out[i] = origin + (lambda * agreed) / (normalize && counted !== 0 ? counted : 1)
    }
  }
}
