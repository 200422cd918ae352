/** Making data: what is left out, what is taken, and why; docs/data-craft.md. */

export {
  type Contamination,
  type ContaminationOptions,
  contaminationIndex,
  type TestText,
} from './contamination.ts'
export { type DecontaminateOptions, type DecontaminateReport, decontaminate } from './decontaminate.ts'
export { type DedupeOptions, dedupe } from './dedupe.ts'
export { type Drop, type FilterOptions, type FilterReport, filterLines } from './filter.ts'
export { lcsWith } from './lcs.ts'
export { bandsFor, jaccard, minHasher, shinglesOf } from './minHash.ts'
export { type SampledLines, type SampleLinesOptions, sampleLines } from './sample.ts'
export { wordsOf } from './words.ts'
