import type { TensorPasses } from './method.ts'

/** The numbers that are kept of one difference: all above the limit, and the first `nAtLimit` of those equal to it. */
export interface Largest {
  /** Smallest magnitude that is kept. */
  readonly limit: number
  readonly nAtLimit: number
}

/**
 * The k largest magnitudes of each model's difference to the base, k = ⌊density·size⌋ and at least 1, found exactly in two
 * walks over the tensor: magnitudes of 32-bit floats are ordered as their bits are, so the upper 16 bits of the limit come
 * from one histogram and the lower 16 from a second.
 */
export function largestOf(tensor: TensorPasses, densities: readonly number[]): Largest[] {
  const float = new Float32Array(1)
  const bits = new Uint32Array(float.buffer)
  const upper = densities.map(() => new Float64Array(2 ** 15))
  const each = (visit: (model: number, magnitude: number) => void) =>
    tensor.eachChunk(({ base, models }) => {
      for (let k = 0; k < densities.length; k++) {
        if (densities[k]! >= 1) continue
        const values = models[k]!
        for (let i = 0; i < base.length; i++) {
          float[0] = values[i]! - base[i]!
          visit(k, bits[0]! & 0x7fffffff)
        }
      }
    })
  const all = { limit: 0, nAtLimit: Number.POSITIVE_INFINITY }
  if (densities.every((density) => density >= 1)) return densities.map(() => all)
  each((model, magnitude) => {
    upper[model]![magnitude >>> 16]!++
  })
  const places = densities.map((density, k) => placeOf(upper[k]!, Math.max(1, Math.floor(density * tensor.size))))
  const lower = densities.map(() => new Float64Array(2 ** 16))
  each((model, magnitude) => {
    if (magnitude >>> 16 === places[model]!.bucket) lower[model]![magnitude & 0xffff]!++
  })
  return densities.map((density, k) => {
    if (density >= 1) return all
    const { bucket, rank } = places[k]!
    const low = placeOf(lower[k]!, rank)
    bits[0] = (bucket << 16) | low.bucket
    return { limit: float[0]!, nAtLimit: low.rank }
  })
}

/** Bucket in which the k-th from above lies, and which of that bucket it is. */
function placeOf(counts: Float64Array, k: number): { bucket: number; rank: number } {
  let rank = k
  for (let bucket = counts.length - 1; bucket > 0; bucket--) {
    if (rank <= counts[bucket]!) return { bucket, rank }
    rank -= counts[bucket]!
  }
  return { bucket: 0, rank }
}
