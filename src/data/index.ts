export { isRemote, resolveClip } from './audioLocation.ts'
export { type DataOptions, type DataReport, loadSamples, readSamples, type SampleReader } from './readSamples.ts'
export { type RubricStore, rubricStore } from './rubricStore.ts'
export { hasAnswer, promptMessages, type Sample } from './sample.ts'
