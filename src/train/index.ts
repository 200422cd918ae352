export { Interrupted } from './interrupted.ts'
export { type TrainOptions, trainRun } from './trainRun.ts'
