import { seededRandom } from '../random.ts'
import { type DataMix, type DataRef, isMix, sourcesOf } from '../recipe/index.ts'
import { itemsFrom } from './order.ts'

/**
 * How likely each source is: pᵢ = wᵢ·nᵢ^(1/T) / Σⱼ wⱼ·nⱼ^(1/T), temperature-scaled mixing (T5, arXiv 1910.10683, §3.5.2,
 * without its limit on nᵢ, which a weight says as well).
 *
 * @param sizes   samples of each source; one of none is never drawn
 * @param weights of the sources; 1 leaves the share to size and temperature
 */
export function mixtureShares(sizes: readonly number[], weights: readonly number[], temperature: number): number[] {
  // Sizes as shares of the largest: n^(1/T) of a low temperature leaves the range of numbers otherwise.
  const most = Math.max(...sizes)
  const rates = sizes.map((n, i) => (n === 0 ? 0 : weights[i]! * (n / most) ** (1 / temperature)))
  const sum = rates.reduce((total, rate) => total + rate, 0)
  return rates.map((rate) => rate / sum)
}

/**
 * How many of the items of a step each source gives: ⌊pᵢ·m⌋ or one more, pᵢ·m on average (systematic sampling, Madow
 * 1949). Independent draws would have the same mean and batches whose mixture strays.
 *
 * @param uniform in [0, 1)
 */
export function systematicCounts(shares: readonly number[], m: number, uniform: number): number[] {
  let below = 0
  let taken = 0
  return shares.map((share, i) => {
    below += share
    // Points (j + uniform)/m below the border; the last border is m whatever rounding made of the sum.
    const upTo = shares.slice(i + 1).every((rest) => rest === 0) ? m : Math.ceil(below * m - uniform)
    const count = Math.min(m, Math.max(taken, upTo)) - taken
    taken += count
    return count
  })
}

export interface Sourced {
  /** Which of the stage's sources a sample is of, from 0; 0 when left out. */
  readonly source?: number
}

/** Draws the items of a step, 1-based; everything follows from seed and step, so that a resumed run draws the same. */
export type Draw<T> = (perStep: number, step: number, seed: string) => T[]

/** What a stage draws from the samples of its sources, of which each is passed over in an order of its own. */
export function drawFrom<T extends Sourced>(items: readonly T[], data: DataRef | DataMix): Draw<T> {
  if (!isMix(data)) return (perStep, step, seed) => itemsFrom(items, (step - 1) * perStep, perStep, seed)
  const pools = data.mix.map((_, i) => items.filter(({ source = 0 }) => source === i))
  const shares = sharesOf(items, data)
  const countsOf = (perStep: number, step: number, seed: string) =>
    systematicCounts(shares, perStep, seededRandom(`${seed}/mix/${step}`)())
  const at = new Map<string, { step: number; taken: readonly number[] }>() // by seed and size: how far each source was read
  return (perStep, step, seed) => {
    const key = `${perStep}/${seed}`
    const known = at.get(key)
    let { step: next, taken } = known && known.step <= step ? known : { step: 1, taken: shares.map(() => 0) }
    for (; next < step; next++) {
      const counts = countsOf(perStep, next, seed)
      taken = taken.map((n, i) => n + counts[i]!)
    }
    at.set(key, { step, taken })
    return countsOf(perStep, step, seed).flatMap((count, i) =>
      count === 0 ? [] : itemsFrom(pools[i]!, taken[i]!, count, `${seed}/source/${i}`),
    )
  }
}

/** The share of each source of a mix, from the samples that are left of it. */
export function sharesOf(items: readonly Sourced[], { mix, temperature }: DataMix): number[] {
  const sizes = mix.map((_, i) => items.filter(({ source = 0 }) => source === i).length)
  return mixtureShares(
    sizes,
    mix.map(({ weight }) => weight),
    temperature,
  )
}

/** The sources of a mix, how many samples are left of each, and how likely it is. */
export interface MixtureShares {
  readonly temperature: number
  readonly sources: readonly { readonly name: string; readonly samples: number; readonly share: number }[]
}

/** What a stage draws from its sources; null where it has one. */
export function mixtureOf(items: readonly Sourced[], data: DataRef | DataMix): MixtureShares | null {
  if (!isMix(data)) return null
  const shares = sharesOf(items, data)
  const sources = data.mix.map((_, i) => ({
    name: sourceName(data, i),
    samples: items.filter(({ source = 0 }) => source === i).length,
    share: shares[i]!,
  }))
  return { temperature: data.temperature, sources }
}

/** What a sample that names no task is called: by its source. */
export function sourceName(data: DataRef | DataMix, source: number): string {
  const { name, path } = sourcesOf(data)[source]!
  return name ?? path.replace(/^.*[\\/]/, '').replace(/\.[^.]+$/, '')
}
