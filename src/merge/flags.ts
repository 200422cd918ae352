import { mergeMethods } from '../../models/index.ts'
import { checkValue, unknownName } from '../../rubrics/index.ts'
import { UsageError } from '../errors.ts'
import { type MergeRecipe, mergeRecipeSchema, readMergeRecipe } from './recipe.ts'

/** What the flags of `rubato merge-models` say. */
export interface MergeFlags {
  readonly recipe?: string
  readonly method?: string
  readonly base?: string
  readonly weights?: readonly number[]
  /** `key=value`. */
  readonly parameter?: readonly string[]
  readonly dtype?: string
  readonly tokenizer?: string
  readonly seed?: string
}

/**
 * The merge that a recipe file or the flags describe.
 *
 * @throws UsageError, one line, for flags that do not fit each other
 */
export function mergeRecipeFrom(models: readonly string[], flags: MergeFlags): MergeRecipe {
  const { recipe: file, method = 'linear', base, weights, parameter = [], dtype, tokenizer, seed } = flags
  if (file !== undefined) {
    const beside = [models.length > 0 && 'models', method !== 'linear' && '--method', base && '--base'].filter(Boolean)
    if (beside.length > 0) throw new UsageError(`--recipe: names ${beside.join(', ')} itself. Give one or the other.`)
    const recipe = readMergeRecipe(file)
    return { ...recipe, parameters: { ...recipe.parameters, ...parametersOf(parameter) } }
  }
  if (models.length === 0) throw new UsageError('merge-models: no models. Name folders, or a --recipe.')
  const names = mergeMethods.map(({ name }) => name)
  if (!names.includes(method)) throw new UsageError(`--method "${method}": ${unknownName('method', method, names)}`)
  if (weights !== undefined && weights.length !== models.length) {
    throw new UsageError(`--weights: ${weights.length} for ${models.length} models. Give one a model.`)
  }
  const checked = checkValue(
    mergeRecipeSchema,
    {
      merge_method: method,
      models: models.map((model, i) => ({ model, ...(weights ? { parameters: { weight: weights[i] } } : {}) })),
      parameters: parametersOf(parameter),
      ...(base === undefined ? {} : { base_model: base }),
      ...(dtype === undefined ? {} : { out_dtype: dtype }),
      ...(tokenizer === undefined ? {} : { tokenizer_source: tokenizer }),
      ...(seed === undefined ? {} : { seed }),
    },
    'merge-models',
  )
  if (!checked.ok) throw new UsageError(checked.problems.join('\n'))
  return checked.value
}

function parametersOf(pairs: readonly string[]): Record<string, number | boolean | string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new UsageError(`--parameter ${pair}: expected key=value, such as density=0.5.`)
      const text = pair.slice(at + 1)
      const value =
        text === 'true'
          ? true
          : text === 'false'
            ? false
            : text !== '' && !Number.isNaN(Number(text))
              ? Number(text)
              : text
      return [pair.slice(0, at), value]
    }),
  )
}
