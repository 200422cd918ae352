import { graph, type Objective } from '../../../../models/index.ts'
import { type PreferenceLossOptions, preferenceObjective, smoothed } from './preferenceObjective.ts'

const { scale, sub } = graph

/**
 * Direct preference optimisation (arXiv 2305.18290, eq. 7), with the label smoothing of cDPO.
 *
 *   ℓ = −(1 − ε)·ln σ(z) − ε·ln σ(−z),   z = β·( ln π(y_w)/π_ref(y_w) − ln π(y_l)/π_ref(y_l) )
 *
 * ln 2 where policy and reference agree. What it reads and measures: `preferenceObjective`.
 */
export const dpoLoss = (options: PreferenceLossOptions): Objective =>
  preferenceObjective('dpo', options, true, ({ chosenRatio, rejectedRatio }) =>
    smoothed(scale(sub(chosenRatio, rejectedRatio), options.beta), options.labelSmoothing),
  )
