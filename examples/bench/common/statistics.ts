import { type SeededRandom, seededRandom } from '../../../src/random.ts'

export interface PairedGain {
  readonly mean: number
  /** 95 % percentile bootstrap interval. */
  readonly interval: readonly [number, number]
  /** Seeds in which the mean over samples is above 0. */
  readonly wins: number
  readonly n: number
}

/**
 * Mean of b − a over seeds and held-out samples that both arms share. The interval resamples seeds and samples, each
 * with replacement and crossed, since every seed is evaluated on the same samples: what another seed and other samples
 * might have given (Owen, "The pigeonhole bootstrap", 2007).
 *
 * @param a, b  by seed, then by sample
 */
export function pairedGain(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): PairedGain {
  const differences = a.map((scores, seed) => scores.map((score, i) => b[seed]![i]! - score))
  const random = seededRandom('paired')
  const draws = Float64Array.from({ length: DRAWS }, () => drawnMean(differences, random)).sort()
  const bySeed = differences.map(mean)
  return {
    mean: mean(bySeed),
    interval: [draws[Math.round(0.025 * (DRAWS - 1))]!, draws[Math.round(0.975 * (DRAWS - 1))]!],
    wins: bySeed.filter((difference) => difference > 0).length,
    n: bySeed.length,
  }
}

const DRAWS = 4000

function drawnMean(differences: readonly (readonly number[])[], random: SeededRandom): number {
  const nSamples = differences[0]!.length
  const seeds = differences.map(() => differences[random.integer(differences.length)]!)
  const samples = Array.from({ length: nSamples }, () => random.integer(nSamples))
  return mean(seeds.map((own) => mean(samples.map((i) => own[i]!))))
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
