import { graph, type Objective } from '../../../models/index.ts'
import { type PolicyLossOptions, policyObjective } from './policyLoss.ts'

const { clip, exp, less, maximum, minimum, mul, scalar, scale, where } = graph

export interface GrpoLossOptions extends PolicyLossOptions {
  /** Bound c on the loss of a token with a negative advantage (dual clip, arXiv 1912.09729); null leaves it out. */
  readonly dualClip: number | null
}

/**
 * Clipped policy-gradient loss with group advantages (papers' RuscaRL §1.5; PPO, arXiv 1707.06347, eq. 7), on the plain
 * prompt. With ε_high above ε_low it is DAPO's (arXiv 2503.14476, eq. 8).
 *
 *   L = Σ wₜ·( −min(ρₜA, clip(ρₜ, 1−ε_low, 1+ε_high)A) + β·KLₜ − η·Hₜ ),   ρₜ = exp(logProbsₜ − oldLogProbsₜ)
 *
 * What it reads and measures: `policyObjective`.
 */
export function grpoLoss({ dualClip, ...options }: GrpoLossOptions): Objective {
  const { clipLow, clipHigh } = options
  return policyObjective(`grpo/${dualClip}`, options, (logRatio, advantage) => {
    const ratio = exp(clip(logRatio, -20, 20))
    const plain = mul(ratio, advantage)
    const clipped = mul(clip(ratio, 1 - clipLow, 1 + clipHigh), advantage)
    const gain = minimum(plain, clipped)
    if (dualClip === null) return { gain, ratio }
    return { gain: where(less(advantage, scalar(0)), maximum(gain, scale(advantage, dualClip)), gain), ratio }
  })
}
