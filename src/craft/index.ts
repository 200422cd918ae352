/** Making data: what is left out, what is taken, and why; docs/data-craft.md. */

export { openWriter, type Writer, type WriterOptions } from './ask/writer.ts'
export { type ConstrainOptions, constrainLines } from './constrain.ts'
export { type Constraint, constraintKinds, drawConstraints } from './constraints.ts'
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
export { type Anchor, type QualityOptions, scoreQuality } from './quality.ts'
export { type ReverseOptions, reverseLines } from './reverse.ts'
export { type SampledLines, type SampleLinesOptions, sampleLines } from './sample.ts'
export { type TagOptions, tagLines } from './tag.ts'
export { type Made, type TransformOptions, type TransformReport, transformLines } from './transform.ts'
export { wordsOf } from './words.ts'
export { type WriteLinesOptions, type WriteReport, writeLines } from './write.ts'
