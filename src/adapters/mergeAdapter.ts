import { existsSync } from 'node:fs'
import { type AdapterMergeSummary, mergeAdapter, readSafetensors } from '../../models/index.ts'
import { UsageError } from '../errors.ts'
import { resolveModel } from '../hub/resolveModel.ts'
import { isAdapter, modelPlace } from '../model/modelPlace.ts'
import { baseOfAdapter } from './base.ts'

export interface MergeAdapterOptions {
  /** An adapter in PEFT's format, or a run that trained one: a folder or a hub id. */
  readonly adapter: string
  /** Model that it is merged into, in place of the one that its config names. */
  readonly base?: string
  /** Folder to write. */
  readonly out: string
  /** What weights are written as; each as the base stores it when left out. */
  readonly dtype?: 'F32' | 'F16' | 'BF16'
  readonly onNotice?: (line: string) => void
}

export interface MergedAdapter extends AdapterMergeSummary {
  readonly folder: string
  readonly adapter: string
  readonly base: string
}

/**
 * Writes an adapter's base with the adapter in its weights, as a folder that opens like any other.
 *
 * @throws UsageError when the folder is there already, or what was given is no adapter; CheckpointError for an adapter of
 *   another base
 */
export async function mergeAdapterFolder(options: MergeAdapterOptions): Promise<MergedAdapter> {
  const { out, dtype, onNotice = () => {} } = options
  if (existsSync(out)) throw new UsageError(`${out}: exists already. Name another folder with --out.`)
  const adapter = modelPlace(await resolveModel(options.adapter, { onNotice }))
  if (!isAdapter(adapter)) {
    throw new UsageError(`${options.adapter}: a model, no adapter (adapter_config.json): there is nothing to merge.`)
  }
  const base = await baseOfAdapter(adapter, options.base, { onNotice })
  const { tensors } = readSafetensors(base.place)
  const bytes = [...tensors.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
  if (bytes > 2e9) onNotice(`merging into ${base.name}, ${(bytes / 1e9).toFixed(1)} GB`)
  const summary = await mergeAdapter(out, { adapter, base: base.place, ...(dtype && { dtype }) })
  if (summary.leftOut.length > 0) {
    onNotice(`${summary.leftOut.length} tensors of the base are no floats and were left out: ${summary.leftOut[0]}, …`)
  }
  return { folder: out, adapter: options.adapter, base: base.name, ...summary }
}
