import { existsSync } from 'node:fs'
import path from 'node:path'
import { ADAPTER_CONFIG } from '../../models/index.ts'
import { UsageError } from '../errors.ts'
import { checkpoints } from '../runs/checkpoints.ts'

export const isAdapter = (folder: string): boolean => existsSync(path.join(folder, ADAPTER_CONFIG))

/** The folder that holds the model, or the adapter, of a model, adapter or run folder. @throws UsageError */
export function modelPlace(folder: string): string {
  const has = (file: string) => existsSync(path.join(folder, file))
  const holdsModel = has('config.json') || isAdapter(folder)
  if (!existsSync(folder)) throw new UsageError(`${folder}: no such folder.`)
  if (!has('recipe.yaml')) {
    if (holdsModel) return folder
    throw new UsageError(
      `${folder}: neither a model folder (no config.json) nor a run folder (no recipe.yaml), nor an adapter (no ${ADAPTER_CONFIG}).`,
    )
  }
  // A run that was resumed may still hold the model of its first end; its summary is what says that it has finished.
  if (has('summary.json') && holdsModel) return folder
  const newest = checkpoints(folder).list().at(-1)
  if (newest) return newest.folder
  throw new UsageError(
    `${folder}: the run has saved no model yet; it does at the end of its first stage, or by save_every.`,
  )
}
