import { mergeMethod, type TensorPasses } from './method.ts'

/** Least product of two norms that a cosine is divided by. */
const NORMS = 1e-6

/**
 * Model Stock (arXiv 2403.19522): the point between the base and the mean of N ≥ 2 models that is nearest to where their
 * mean would go with ever more of them, told by the angle between their differences to the base, a tensor at a time.
 *
 *   cos θ = mean over pairs of δᵢ·δⱼ / (|δᵢ|·|δⱼ|),    t = N·cos θ / (1 + (N−1)·cos θ),    θ = t·mean(θᵢ) + (1−t)·θ₀
 *
 * The paper has one angle for all; the mean over pairs is mergekit's reading. A negative cos θ, where differences pull
 * apart and nothing of them is common, counts as 0 and gives the base (mergekit goes beyond it, to infinity at t's pole).
 * `filter_wise` has an angle for each row (the last axis) instead of each tensor.
 */
export const modelStock = mergeMethod({
  name: 'model_stock',
  about: 'Between the base and the mean of the models, as far as these agree.',
  source: 'arXiv 2403.19522',
  needsBase: true,
  nModels: [2, Number.POSITIVE_INFINITY],
  shared: { filter_wise: { about: 'an angle for each row', default: false, choices: [true, false] } },
  perModel: {},
  prepare(tensor, { shared }) {
    const width = shared.filter_wise ? Math.max(1, tensor.shape.at(-1) ?? 1) : Math.max(1, tensor.size)
    const shares = sharesOf(tensor, width)
    const { nModels } = tensor
    return ({ base, models, from }, out) => {
      for (let i = 0; i < out.length; i++) {
        const t = shares[Math.floor((from + i) / width)]!
        let sum = 0
        for (let k = 0; k < nModels; k++) sum += models[k]![i]!
        out[i] = (t * sum) / nModels + (1 - t) * base[i]!
      }
    }
  },
})

/** t for each stretch of `width` numbers. */
function sharesOf(tensor: TensorPasses, width: number): Float64Array {
  const { nModels: n, size } = tensor
  const rows = Math.max(1, Math.ceil(size / width))
  const squares = Array.from({ length: n }, () => new Float64Array(rows))
  const dots = Array.from({ length: (n * (n - 1)) / 2 }, () => new Float64Array(rows))
  const differences = new Float64Array(n)
  tensor.eachChunk(({ base, models, from }) => {
    for (let i = 0; i < base.length; i++) {
      const row = Math.floor((from + i) / width)
      let pair = 0
      for (let k = 0; k < n; k++) {
        const difference = models[k]![i]! - base[i]!
        differences[k] = difference
        squares[k]![row]! += difference * difference
        for (let j = 0; j < k; j++) dots[pair++]![row]! += difference * differences[j]!
      }
    }
  })
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0
    let pair = 0
    for (let k = 0; k < n; k++) {
      for (let j = 0; j < k; j++) {
        const norms = Math.sqrt(squares[k]![row]! * squares[j]![row]!)
        sum += Math.max(-1, Math.min(1, dots[pair++]![row]! / Math.max(NORMS, norms)))
      }
    }
    const cosine = Math.max(0, sum / dots.length)
    return (n * cosine) / (1 + (n - 1) * cosine)
  })
}
