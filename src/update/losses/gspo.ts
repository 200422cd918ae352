import { graph, type Objective } from '../../../models/index.ts'
import { type PolicyLossOptions, policyObjective } from './policyLoss.ts'

const { cast, clip, exp, expand, gatherRows, minimum, mul, scalar, scatterAdd } = graph

/**
 * Group sequence policy optimisation: one ratio an answer, the geometric mean of its tokens' (GSPO, arXiv 2507.18071,
 * eq. 5 and 7).
 *
 *   L = Σ wₜ·( −min(sA, clip(s, 1−ε_low, 1+ε_high)A) + β·KLₜ − η·Hₜ ),   s = exp( 1/|o| · Σₜ (logProbsₜ − oldLogProbsₜ) )
 *
 * The paper's mean over answers is the aggregation sequence-mean. s moves far less than the ratio of a token, so its
 * clips are far smaller (the paper takes 3e-4 and 4e-4).
 *
 * Reads beside what `policyObjective` names, a token: `sequence`, the index of its answer in the batch, and
 * `inverse_length`, 1/|o|, which is 0 on padding.
 */
export function gspoLoss(options: PolicyLossOptions): Objective {
  const { clipLow, clipHigh } = options
  return policyObjective('gspo', options, (logRatio, advantage, { value }) => {
    const sequence = cast(value('sequence'), 'int64')
    const none = expand(scalar(0), logRatio.shape) // there are no more answers than tokens
    const byAnswer = scatterAdd(none, sequence, mul(logRatio, value('inverse_length')), 0)
    const ratio = exp(clip(gatherRows(byAnswer, sequence), -20, 20))
    return { gain: minimum(mul(ratio, advantage), mul(clip(ratio, 1 - clipLow, 1 + clipHigh), advantage)), ratio }
  })
}
