import { graph, type Objective } from '../../../../models/index.ts'
import { type PreferenceLossOptions, preferenceObjective } from './preferenceObjective.ts'

const { mul, scalar, sub } = graph

/**
 * Identity preference optimisation (arXiv 2310.12036, eq. 17).
 *
 *   ℓ = ( h − 1/2β )²,   h = ln π(y_w)/π_ref(y_w) − ln π(y_l)/π_ref(y_l)
 *
 * TRL takes the mean over an answer's tokens here, and so is length normalisation the default of this loss.
 */
export const ipoLoss = (options: PreferenceLossOptions): Objective =>
  preferenceObjective('ipo', options, true, ({ chosenRatio, rejectedRatio }) => {
    const off = sub(sub(chosenRatio, rejectedRatio), scalar(1 / (2 * options.beta)))
    return mul(off, off)
  })
