import { graph, type Objective } from '../../../../models/index.ts'
import { logOdds, logSigmoid, type PreferenceLossOptions, preferenceObjective } from './preferenceObjective.ts'

const { neg, scale, sub } = graph

/**
 * Odds ratio preference optimisation (arXiv 2403.07691, eq. 6 and 7), without a reference; p is the geometric mean of
 * the probabilities of an answer's tokens, so lengths are always normalised.
 *
 *   ℓ = −β·ln σ( ln odds(y_w) − ln odds(y_l) ),   odds = p/(1 − p)
 *
 * Beside it stands the cross-entropy of the chosen answer, `sft` times (1 in the paper). TRL takes that over the prompt's
 * tokens too; here, as in eq. 6, over the answer's.
 */
export const orpoLoss = (options: PreferenceLossOptions): Objective =>
  preferenceObjective('orpo', options, false, ({ chosen, rejected }) =>
    scale(neg(logSigmoid(sub(logOdds(chosen), logOdds(rejected)))), options.beta),
  )
