import { stringify } from 'yaml'
import type { MergeRecipe } from './recipe.ts'

/** One model that went into a merge. */
export interface Parent {
  /** As the recipe names it. */
  readonly model: string
  /** SHA-256 over the stored bytes of its merged tensors, by name. */
  readonly sha256: string
}

/** What a merged model came from; written as `merge.json`. */
export interface Lineage {
  readonly recipe: MergeRecipe
  readonly base: Parent | null
  readonly models: readonly Parent[]
  readonly tensors: number
  readonly parameters: number
}

/** The model card of a merge, as the hub reads it: what was merged, how, and hashes of what went in. */
export function mergeCard(name: string, { recipe, base, models, parameters }: Lineage, source: string): string {
  const parents = [...(base ? [{ ...base, role: 'base' }] : []), ...models.map((one) => ({ ...one, role: 'merged' }))]
  const onHub = parents.map(({ model }) => model).filter((model) => /^[\w.-]+\/[\w.-]+$/.test(model))
  const front = stringify({
    ...(onHub.length > 0 ? { base_model: onHub } : {}),
    library_name: 'transformers',
    tags: ['merge', 'rubato'],
  })
  return `---
${front}---

# ${name}

A merge of ${models.length === 1 ? 'a model' : `${models.length} models`} by **${recipe.merge_method}** (${source}), ${parameters.toLocaleString('en-US')} parameters.

| model | role | SHA-256 of its merged tensors |
|---|---|---|
${parents.map(({ model, role, sha256 }) => `| \`${model}\` | ${role} | \`${sha256}\` |`).join('\n')}

The hash is over the stored bytes of all merged tensors in the order of their names. The recipe; \`rubato merge-models\` makes the same weights from it again:

\`\`\`yaml
${stringify(recipe)}\`\`\`
`
}
