import { graph, type Objective } from '../../../../models/index.ts'
import { type PreferenceLossOptions, preferenceObjective } from './preferenceObjective.ts'

const { maximum, scalar, scale, sub } = graph

/**
 * The hinge of sequence likelihood calibration on DPO's margin (SLiC-HF, arXiv 2305.10425; RSO, arXiv 2309.06657).
 *
 *   ℓ = max(0, 1 − z),   z = β·( ln π(y_w)/π_ref(y_w) − ln π(y_l)/π_ref(y_l) )
 */
export const hingeLoss = (options: PreferenceLossOptions): Objective =>
  preferenceObjective('hinge', options, true, ({ chosenRatio, rejectedRatio }) =>
    maximum(sub(scalar(1), scale(sub(chosenRatio, rejectedRatio), options.beta)), scalar(0)),
  )
