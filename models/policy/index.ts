export type { AudioFeatures, Batch, Packing, Targets, TokenSequence } from './batch.ts'
export { linearsOf, parametersOf } from './graphs.ts'
export { Policy, type PolicyOptions } from './policy.ts'
