/** Questions and answers out of nothing but models; docs/data-craft.md. */

export { preQueryIds } from './preQuery.ts'
export { readSynthRecipe, type SynthRecipe, synthRecipeSchema } from './recipe.ts'
export { openVoice, type Voice } from './speak.ts'
export { type SynthOptions, type SynthPart, type SynthSummary, synthesise } from './synth.ts'
