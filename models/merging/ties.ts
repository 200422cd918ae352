import { combineDifferences } from './differences.ts'
import { largestOf } from './magnitude.ts'
import {
  densityParameter,
  lambdaParameter,
  mergeMethod,
  normalizeParameter,
  numberOf,
  weightParameter,
} from './method.ts'

/**
 * TIES (arXiv 2306.01708): trim, elect sign, disjoint merge.
 *
 *   τ̂ᵢ = the ⌊density·n⌋ largest magnitudes of θᵢ − θ₀, else 0        (a tensor at a time, at least one)
 *   γ  = sign(Σ wᵢ·τ̂ᵢ)                                                (a number at a time, + where 0)
 *   θ  = θ₀ + λ·Σ_{sign(wᵢτ̂ᵢ) = γ} wᵢ·τ̂ᵢ / Σ_{the same} wᵢ             normalize: false leaves the division out
 *
 * Of equal magnitudes at the limit those that come first are kept.
 */
export const ties = mergeMethod({
  name: 'ties',
  about: 'Differences to the base, their small numbers dropped, summed where their signs agree.',
  source: 'arXiv 2306.01708',
  needsBase: true,
  nModels: [1, Number.POSITIVE_INFINITY],
  shared: { lambda: lambdaParameter, normalize: normalizeParameter(true) },
  perModel: { weight: { ...weightParameter, default: 1 }, density: densityParameter },
  prepare(tensor, settings) {
    const largest = largestOf(
      tensor,
      settings.models.map((values) => numberOf(values, 'density')),
    )
    const left = largest.map(({ nAtLimit }) => nAtLimit)
    const keep = (model: number, difference: number) => {
      const { limit } = largest[model]!
      const magnitude = Math.abs(difference)
      if (magnitude > limit) return difference
      return magnitude === limit && left[model]!-- > 0 ? difference : 0
    }
    return combineDifferences(settings, keep, true)
  },
})
