import {
  type Adapter,
  type AudioLanguageConfig,
  type Engine,
  firstUpdates,
  freshAdapter,
  readAdapter,
} from '../../models/index.ts'
import { UsageError } from '../errors.ts'
import { resolveModel } from '../hub/resolveModel.ts'
import {
  assembleFrom,
  configOf,
  isAdapter,
  type Model,
  modelPlace,
  type OpenedModel,
  openBeside,
} from '../model/modelFolder.ts'
import type { AdapterOptions } from '../recipe/index.ts'
import { baseNamed, baseOfAdapter } from './base.ts'

/**
 * Opens a model with a fresh adapter beside it, whose first values are drawn by seed.
 *
 * @throws UsageError when the model is an adapter itself; ConfigError for towers and targets that it lacks
 */
export async function openWithAdapter(
  model: string,
  options: AdapterOptions,
  engine: Engine,
  seed: number,
): Promise<OpenedModel> {
  if (isAdapter(modelPlace(await resolveModel(model)))) {
    throw new UsageError(
      `model: ${model} is an adapter, which goes on being trained as it is. Leave adapter out, or merge it first: rubato merge.`,
    )
  }
  const base = await baseNamed(model)
  const config = configOf(base.place)
  const adapter = adapterOf(options, config)
  return openBeside(base, adapter, firstUpdates(adapter, config, seed), engine, { quantise: options.quantise })
}

/** A recipe's model and adapter before the base's weights are read: what can be counted without them. */
export async function assembleWithAdapter(
  model: string,
  options: AdapterOptions | undefined,
  engine: Engine,
): Promise<Model> {
  const place = modelPlace(await resolveModel(model))
  const own = isAdapter(place)
  const base = own ? (await baseOfAdapter(place, undefined)).place : place
  const config = configOf(base)
  const adapter = own ? readAdapter(place, config).adapter : options && adapterOf(options, config)
  return assembleFrom(base, engine, adapter && { adapter })
}

/** The adapter that a recipe describes, beside a model of the given shape. @throws ConfigError */
export function adapterOf(options: AdapterOptions, config: AudioLanguageConfig): Adapter {
  const { rank, alpha, rslora, dropout, towers, targets, train_whole } = options
  return freshAdapter({ rank, alpha, rsLora: rslora, dropout, towers, targets, trainWhole: train_whole }, config)
}
