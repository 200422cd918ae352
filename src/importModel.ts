import { existsSync } from 'node:fs'
import path from 'node:path'
import { importGguf } from '../models/index.ts'
import { UsageError } from './errors.ts'

export interface ImportOptions {
  /** A GGUF file. */
  readonly file: string
  /** Folder to write; the file's name without its ending when left out. */
  readonly out?: string
  /** What weights are written as: F32 holds every packed number exactly. */
  readonly dtype?: 'F32' | 'F16' | 'BF16'
}

export interface ImportSummary {
  readonly folder: string
  readonly parameters: number
  /** Tensors by how they were packed. */
  readonly packed: Readonly<Record<string, number>>
}

/**
 * Writes the model of a GGUF file as a Hugging Face folder.
 *
 * @throws UsageError when the folder is there already; CheckpointError or ConfigError for the file
 */
export async function importModel({ file, out, dtype = 'F32' }: ImportOptions): Promise<ImportSummary> {
  const folder = out ?? path.basename(file, path.extname(file))
  if (existsSync(folder)) throw new UsageError(`${folder}: exists already. Name another folder with --out.`)
  const { nParameters, types } = await importGguf(file, folder, { dtype })
  return { folder, parameters: nParameters, packed: types }
}
