import { graph, type Objective } from '../../../models/index.ts'
import { type PolicyLossOptions, policyObjective } from './policyLoss.ts'

const { clip, exp, mul, stopGradient } = graph

/**
 * Clipped importance-weighted policy gradient: the weight of a token is clipped, its gradient never (CISPO, MiniMax-M1,
 * arXiv 2506.13585, eq. 4).
 *
 *   L = Σ wₜ·( −sg[clip(ρₜ, 1−ε_low, 1+ε_high)]·A·logProbsₜ + β·KLₜ − η·Hₜ ),   ρₜ = exp(logProbsₜ − oldLogProbsₜ)
 *
 * Its value is no objective: only its gradient means something. What it reads and measures: `policyObjective`.
 */
export function cispoLoss(options: PolicyLossOptions): Objective {
  const { clipLow, clipHigh } = options
  return policyObjective('cispo', options, (logRatio, advantage, { logProbs }) => {
    const ratio = exp(clip(logRatio, -20, 20))
    const weight = stopGradient(clip(ratio, 1 - clipLow, 1 + clipHigh))
    return { gain: mul(mul(weight, advantage), logProbs), ratio }
  })
}
