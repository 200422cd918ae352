import { adamW } from './adamW.ts'
import { muon } from './muon.ts'
import type { Optimiser } from './optimiser.ts'

export { adamWDefaults } from './adamW.ts'
export { type OptimiserStep, optimiserStep, stateArrays } from './optimiser.ts'
export { learningRateAt, type Schedule } from './schedule.ts'

export const optimisers = { adamw: adamW, muon } satisfies Record<string, Optimiser>
export type OptimiserKind = keyof typeof optimisers
