import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { importGguf } from '../../models/index.ts'
import { ownCache } from './cache.ts'
import { type HubModelOptions, hubModel } from './hubModel.ts'

/** Whether a text reads like a model of the hub: `owner/name`, `owner/name@revision`. */
export const isHubId = (model: string): boolean => /^[\w.-]+\/[\w.-]+(@[\w./-]+)?$/.test(model)

/**
 * The folder of what a person calls a model: a folder as it is, a GGUF file imported into the cache (once: what it became
 * is known by its path, size and time), `owner/name` from the hub. A folder that is there goes before an id that reads like it.
 *
 * @throws UsageError, CheckpointError, ConfigError
 */
export async function resolveModel(model: string, options: HubModelOptions = {}): Promise<string> {
  const { onNotice = () => {}, environment = process.env } = options
  const found = statSync(model, { throwIfNoEntry: false })
  if (found?.isFile() && model.toLowerCase().endsWith('.gguf')) {
    const file = path.resolve(model)
    const print = createHash('sha256').update(`${file}\n${found.size}\n${found.mtimeMs}`).digest('hex').slice(0, 12)
    const folder = path.join(ownCache(environment), 'gguf', `${path.basename(file, path.extname(file))}-${print}`)
    if (existsSync(path.join(folder, 'config.json'))) return folder
    onNotice(`importing ${model} into ${folder}`)
    await importGguf(file, folder)
    return folder
  }
  return !found && isHubId(model) ? hubModel(model, options) : model
}
