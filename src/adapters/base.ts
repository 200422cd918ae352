import { existsSync } from 'node:fs'
import path from 'node:path'
import { ADAPTER_CONFIG, baseOf } from '../../models/index.ts'
import { UsageError } from '../errors.ts'
import type { HubModelOptions } from '../hub/hubModel.ts'
import { isHubId, resolveModel } from '../hub/resolveModel.ts'
import { isAdapter, modelPlace } from '../model/modelPlace.ts'

/** The model that an adapter stands beside: its folder, and what a person calls it, seen from anywhere. */
export interface Base {
  readonly place: string
  readonly name: string
}

/**
 * An adapter's base: the model that was given, else the one that the adapter's config names, a hub id or a folder seen
 * from where the call was made or from the adapter.
 *
 * @throws UsageError when it is not there, or is an adapter itself; CheckpointError when the config names none
 */
export async function baseOfAdapter(
  adapter: string,
  given: string | undefined,
  options: HubModelOptions = {},
): Promise<Base> {
  return baseNamed(given ?? namedBase(adapter), options)
}

/** A model that is to be a base. @throws UsageError when it is not there, or is an adapter itself */
export async function baseNamed(model: string, options: HubModelOptions = {}): Promise<Base> {
  const resolved = await resolveModel(model, options)
  const place = modelPlace(resolved)
  if (isAdapter(place)) {
    throw new UsageError(`${model}: the base is an adapter itself. Merge it into its own base first: rubato merge.`)
  }
  // An imported or fetched model is called as it was asked for: caches come and go.
  return { place, name: resolved === model ? path.resolve(place) : existsSync(model) ? path.resolve(model) : model }
}

function namedBase(adapter: string): string {
  const name = baseOf(adapter)
  const beside = path.resolve(adapter, name)
  if (existsSync(name) || isHubId(name)) return !existsSync(name) && existsSync(beside) ? beside : name
  if (existsSync(beside)) return beside
  const file = path.join(adapter, ADAPTER_CONFIG)
  throw new UsageError(
    `${file}: base_model_name_or_path is "${name}", and there is no such folder. Give the base with --base.`,
  )
}
