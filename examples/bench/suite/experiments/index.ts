import type { Experiment } from '../experiment.ts'
import { chain } from './chain.ts'
import { packing } from './packing.ts'

/** All experiments, in the order in which they are run. */
export const EXPERIMENTS: readonly Experiment[] = [packing, chain]
