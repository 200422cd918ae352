import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { mergeMethods } from '../../models/index.ts'
import { checkYaml } from '../../rubrics/index.ts'
import { isMissingFile, shortPath, UsageError } from '../errors.ts'
import { settingSchema } from './parameters.ts'

const parameters = z.record(z.string(), settingSchema)

/** A key that mergekit knows and we do not make, with what to do instead. */
const elsewhere = (error: string) => z.never({ error }).optional()

const DTYPES = { float32: 'F32', bfloat16: 'BF16', float16: 'F16' } as const
type Dtype = keyof typeof DTYPES

/** The recipe of a merge, in the keys that mergekit gives it. */
export const mergeRecipeSchema = z.strictObject({
  merge_method: z
    .enum(mergeMethods.map(({ name }) => name) as [string, ...string[]])
    .describe('how weights become one'),
  base_model: z.string().min(1).optional().describe('differences are taken to it'),
  models: z
    .array(z.strictObject({ model: z.string().min(1), parameters: parameters.nullish() }))
    .min(1)
    .describe('folders, run folders, GGUF files or hub ids, each with parameters of its own'),
  parameters: parameters.nullish().describe('parameters of the merge, and of models that have none of their own'),
  out_dtype: z
    .enum(Object.keys(DTYPES) as [Dtype])
    .optional()
    .describe('what weights are written as; as the base or first model has them when left out'),
  dtype: z
    .enum(Object.keys(DTYPES) as [Dtype])
    .optional()
    .describe('the same; arithmetic is always in 64 bits'),
  tokenizer_source: z.string().min(1).optional().describe('"base", or the model whose tokenizer is kept (base)'),
  seed: z.union([z.string(), z.number()]).default(0).describe('draws of DARE'),
  slices: elsewhere('layers of several models in a row are not made here. Give "models" of one shape.'),
  modules: elsewhere('a merge for each module is not made here. Use {filter, value} lists, or merge twice.'),
  tokenizer: elsewhere('tokenizers are not merged. Name the model whose tokenizer is kept in "tokenizer_source".'),
  chat_template: elsewhere('it comes with the tokenizer. Name its model in "tokenizer_source".'),
})

export type MergeRecipe = z.output<typeof mergeRecipeSchema>

/** What the weights of a merge are written as. */
export const writtenTypeOf = ({ out_dtype, dtype }: MergeRecipe): 'F32' | 'BF16' | 'F16' | undefined => {
  const name = out_dtype ?? dtype
  return name === undefined ? undefined : DTYPES[name]
}

/**
 * The merge in a YAML file; paths are relative to it.
 *
 * @throws UsageError with one line a fault
 */
export function readMergeRecipe(file: string): MergeRecipe {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw isMissingFile(error) ? new UsageError(`${file}: no such recipe.`) : error
  }
  const checked = checkYaml(mergeRecipeSchema, text, { file: shortPath(file) })
  if (!checked.ok) throw new UsageError(checked.problems.join('\n'))
  const near = (model: string) => nearFile(model, path.dirname(file))
  const { base_model, tokenizer_source, models, ...rest } = checked.value
  return {
    ...rest,
    models: models.map(({ model, parameters }) => ({ model: near(model), parameters })),
    ...(base_model === undefined ? {} : { base_model: near(base_model) }),
    ...(tokenizer_source === undefined
      ? {}
      : { tokenizer_source: tokenizer_source === 'base' ? 'base' : near(tokenizer_source) }),
  }
}

/** A model as a file in `folder` names it: `owner/name` is a folder when there is one, else a name on the hub. */
function nearFile(model: string, folder: string): string {
  const local = path.resolve(folder, model)
  return /^[./]|^[A-Za-z]:/.test(model) || existsSync(local) ? local : model
}
