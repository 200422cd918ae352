/** Merging the weights of models; docs/merging.md. */

export { type MergeFlags, mergeRecipeFrom } from './flags.ts'
export { type MergeModelsOptions, type MergeSummary, mergeModels } from './mergeModels.ts'
export { type MergeRecipe, mergeRecipeSchema, readMergeRecipe } from './recipe.ts'
export { type SweepOptions, type Swept, sweepMerges, sweepTable } from './sweep.ts'
