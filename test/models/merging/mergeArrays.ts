import type { MergeMethod, TensorSettings } from '../../../models/merging/method.ts'
import { type Random, sfc32 } from '../../../models/random.ts'

/** One tensor merged in memory, in pieces of `chunk` numbers. */
export function mergeArrays(
  method: MergeMethod,
  settings: TensorSettings,
  options: {
    base: Float32Array
    models: readonly Float32Array[]
    shape?: readonly number[]
    chunk?: number
    random?: (model: number) => Random
  },
): Float32Array {
  const { base, models, chunk = 1000, random = sfc32 } = options
  const out = new Float32Array(base.length)
  const tensor = {
    name: 'tensor',
    shape: options.shape ?? [base.length],
    size: base.length,
    nModels: models.length,
    random,
    eachChunk(visit: (piece: { base: Float32Array; models: Float32Array[]; from: number }) => void) {
      for (let from = 0; from < base.length; from += chunk) {
        const to = Math.min(base.length, from + chunk)
        const own = models.map((values) => values.subarray(from, to))
        visit({ base: method.needsBase ? base.subarray(from, to) : own[0]!, models: own, from })
      }
    },
  }
  const combine = method.prepare(tensor, settings)
  tensor.eachChunk((piece) => combine(piece, out.subarray(piece.from, piece.from + piece.base.length)))
  return out
}
