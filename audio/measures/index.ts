export type { Measured } from './measure.ts'
export { type MeasureOptions, measureAudio, measureNames } from './measureAudio.ts'
