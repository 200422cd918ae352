import { adamW } from './adamW.ts'
import { muon } from './muon.ts'
import { onDare, onTies } from './onlineMerging.ts'
import type { Optimiser } from './optimiser.ts'

export { adamWDefaults } from './adamW.ts'
export { onlineMergingDefaults } from './onlineMerging.ts'
export { noiseOf, type Optimiser, type OptimiserStep, optimiserStep, stateArrays } from './optimiser.ts'
export { learningRateAt, type Schedule } from './schedule.ts'

export const optimisers = { adamw: adamW, muon, 'on-dare': onDare, 'on-ties': onTies } satisfies Record<
  string,
  Optimiser
>
export type OptimiserKind = keyof typeof optimisers
