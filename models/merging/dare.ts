import { combineDifferences, type Keep } from './differences.ts'
import {
  densityParameter,
  lambdaParameter,
  type MergeMethod,
  mergeMethod,
  normalizeParameter,
  numberOf,
  type Parameter,
  type TensorPasses,
  type TensorSettings,
  weightParameter,
} from './method.ts'

const rescaleParameter: Parameter = {
  about: 'true: divide what is kept by density, as the paper; l1: keep the sum of magnitudes, as mergekit from 0.1 on',
  default: true,
  choices: [true, false, 'l1'],
}

const dare = (name: string, about: string, elect: boolean): MergeMethod =>
  mergeMethod({
    name,
    about,
    source: 'arXiv 2311.03099',
    needsBase: true,
    nModels: [1, Number.POSITIVE_INFINITY],
    shared: { lambda: lambdaParameter, normalize: normalizeParameter(false), rescale: rescaleParameter },
    perModel: { weight: { ...weightParameter, default: 1 }, density: densityParameter },
    prepare: (tensor, settings) => combineDifferences(settings, dropAndRescale(tensor, settings), elect),
  })

/**
 * DARE (arXiv 2311.03099), drop and rescale:
 *
 *   m ~ Bernoulli(density),    δ̃ᵢ = m ⊙ (θᵢ − θ₀) / density,    θ = θ₀ + λ·Σ wᵢ·δ̃ᵢ
 *
 * so that the expectation of δ̃ᵢ is the difference itself. The masks follow from the seed, the tensor's name and the
 * model's place alone.
 */
export const dareLinear = dare('dare_linear', 'Differences to the base, numbers dropped by chance, summed.', false)

/** DARE's dropped and rescaled differences, merged by TIES' election of signs. */
export const dareTies = dare(
  'dare_ties',
  'Differences to the base, numbers dropped by chance, summed where their signs agree.',
  true,
)

function dropAndRescale(tensor: TensorPasses, { shared, models }: TensorSettings): Keep {
  const densities = models.map((values) => numberOf(values, 'density'))
  const factors =
    shared.rescale === 'l1' ? normFactors(tensor, densities) : densities.map((d) => (shared.rescale ? 1 / d : 1))
  const draws = densities.map((_, k) => tensor.random(k))
  return (model, difference) => {
    const density = densities[model]!
    return density >= 1 || draws[model]!() < density ? difference * factors[model]! : 0
  }
}

/** Σ|δ| before over after dropping, from a walk with the same draws; 1 where either is next to nothing. */
function normFactors(tensor: TensorPasses, densities: readonly number[]): number[] {
  const before = densities.map(() => 0)
  const after = densities.map(() => 0)
  const draws = densities.map((_, k) => tensor.random(k))
  tensor.eachChunk(({ base, models }) => {
    for (let k = 0; k < densities.length; k++) {
      for (let i = 0; i < base.length; i++) {
        const size = Math.abs(Math.fround(models[k]![i]! - base[i]!))
        before[k]! += size
        if (densities[k]! >= 1 || draws[k]!() < densities[k]!) after[k]! += size
      }
    }
  })
  return densities.map((_, k) => (before[k]! < 1e-7 || after[k]! < 1e-7 ? 1 : before[k]! / after[k]!))
}
