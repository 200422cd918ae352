import type { Experiment } from '../experiment.ts'
import { chain } from './chain.ts'
import { merging } from './merging.ts'
import { onlineMerging } from './onlineMerging.ts'
import { order } from './order.ts'
import { packing } from './packing.ts'
import { pointwise } from './pointwise.ts'
import { pull } from './pull.ts'
import { shaped } from './shaped.ts'
import { voting } from './voting.ts'

/** All experiments, in the order in which they are run. */
export const EXPERIMENTS: readonly Experiment[] = [
  packing,
  chain,
  order,
  onlineMerging,
  voting,
  shaped,
  pointwise,
  merging,
  pull,
]
