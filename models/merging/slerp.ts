import { mergeMethod, numberOf } from './method.ts'

/** Cosine beyond which directions count as one and the chord takes the arc's place. */
const PARALLEL = 0.9995

/**
 * Spherical interpolation from the base (t = 0) to the model (t = 1), each tensor one vector (Shoemake, 1985):
 *
 *   θ = sin((1−t)·Ω)/sin Ω · θ₀ + sin(t·Ω)/sin Ω · θ₁,    cos Ω = θ₀·θ₁ / (|θ₀|·|θ₁|)
 *
 * Where |cos Ω| > 0.9995, or a tensor is all zeros, it is (1−t)·θ₀ + t·θ₁.
 */
export const slerp = mergeMethod({
  name: 'slerp',
  about: 'From the base to one model along the arc between them.',
  source: 'Shoemake 1985',
  needsBase: true,
  nModels: [1, 1],
  shared: { t: { about: '0 is the base, 1 the model', least: 0, most: 1 } },
  perModel: {},
  prepare(tensor, { shared }) {
    let [dot, square0, square1] = [0, 0, 0]
    tensor.eachChunk(({ base, models: [model] }) => {
      for (let i = 0; i < base.length; i++) {
        const a = base[i]!
        const b = model![i]!
        dot += a * b
        square0 += a * a
        square1 += b * b
      }
    })
    const cosine = dot / (Math.sqrt(square0 * square1) || 1)
    const t = numberOf(shared, 't')
    const angle = Math.acos(Math.max(-1, Math.min(1, cosine)))
    const straight = Math.abs(cosine) > PARALLEL || square0 * square1 === 0
    const s0 = straight ? 1 - t : Math.sin((1 - t) * angle) / Math.sin(angle)
    const s1 = straight ? t : Math.sin(t * angle) / Math.sin(angle)
    return ({ base, models: [model] }, out) => {
      for (let i = 0; i < out.length; i++) out[i] = s0 * base[i]! + s1 * model![i]!
    }
  },
})
