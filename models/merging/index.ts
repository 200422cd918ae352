import { dareLinear, dareTies } from './dare.ts'
import { linear } from './linear.ts'
import type { MergeMethod } from './method.ts'
import { modelStock } from './modelStock.ts'
import { slerp } from './slerp.ts'
import { taskArithmetic } from './taskArithmetic.ts'
import { ties } from './ties.ts'

export { type MergeCheckpointsOptions, type MergedCheckpoint, mergeCheckpoints } from './mergeCheckpoints.ts'
export type { MergeMethod, Parameter, TensorSettings, Values } from './method.ts'

/** Every way of merging. A new one is a new file and a word here. */
export const mergeMethods: readonly MergeMethod[] = [
  linear,
  taskArithmetic,
  ties,
  dareLinear,
  dareTies,
  slerp,
  modelStock,
]
