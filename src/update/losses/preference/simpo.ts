import { graph, type Objective } from '../../../../models/index.ts'
import { type PreferenceLossOptions, preferenceObjective, smoothed } from './preferenceObjective.ts'

const { scalar, scale, sub } = graph

/**
 * Simple preference optimisation (arXiv 2405.14734, eq. 6): no reference, mean log-probabilities, a margin to reach.
 *
 *   ℓ = −ln σ( β·(ln π(y_w)/|y_w| − ln π(y_l)/|y_l|) − γ )
 */
export const simpoLoss = (options: PreferenceLossOptions): Objective =>
  preferenceObjective('simpo', options, false, ({ chosen, rejected }) =>
    smoothed(sub(scale(sub(chosen, rejected), options.beta), scalar(options.gamma)), options.labelSmoothing),
  )
