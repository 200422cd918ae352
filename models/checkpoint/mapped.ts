import { realpathSync } from 'node:fs'
import path from 'node:path'
import type { QuantisedModule } from '../quantise/quantisedNames.ts'
import { CheckpointError } from './errors.ts'
import type { StoredTensor } from './header.ts'

/**
 * Types that a graph reads straight from a checkpoint's file: F32 as it lies there, BF16 widened where it is used; U8, and
 * U4 two a byte, are codes of quantised weights.
 */
export type MappedDType = 'F32' | 'BF16' | 'U8' | 'U4'

export interface MappedTensor {
  readonly dtype: MappedDType
  readonly shape: readonly number[]
  /** Below the folder. */
  readonly location: string
  readonly offset: number
  readonly byteLength: number
}

/** Weights that stay in their files, mapped into memory page by page as they are touched. */
export interface MappedWeights {
  readonly folder: string
  readonly tensors: ReadonlyMap<string, MappedTensor>
  /** Linears that are read in 4 or 8 bits in place of their weight, by module. */
  readonly quantised?: ReadonlyMap<string, QuantisedModule>
}

/** Whether a weight stays in a file: as it is, or in few bits. */
export const isKept = (name: string, { tensors, quantised }: MappedWeights): boolean =>
  tensors.has(name) || (quantised?.has(name.replace(/\.weight$/, '')) ?? false)

/**
 * Points at the tensors of a checkpoint, for graphs that only read them; nothing of them is read here. Links are followed
 * first, since ONNX Runtime opens nothing behind a link that leaves the folder (Hugging Face's cache is made of such).
 *
 * @throws CheckpointError for a tensor of another type
 */
export function mapTensors(stored: readonly StoredTensor[]): MappedWeights {
  const real = new Map([...new Set(stored.map(({ file }) => file))].map((file) => [file, realpathSync(file)]))
  const folder = [...real.values()].map((file) => path.dirname(file)).reduce(commonFolder)
  return {
    folder,
    tensors: new Map(
      stored.map(({ name, dtype, shape, file, offset, byteLength }) => {
        if (!isMapped(dtype)) throw new CheckpointError(file, name, `is ${dtype}. Mapped are F32 and BF16.`)
        return [name, { dtype, shape, location: path.relative(folder, real.get(file)!), offset, byteLength }]
      }),
    ),
  }
}

export const isMapped = (dtype: string): dtype is 'F32' | 'BF16' => dtype === 'F32' || dtype === 'BF16'

function commonFolder(a: string, b: string): string {
  let folder = a
  while (path.relative(folder, b).startsWith('..')) folder = path.dirname(folder)
  return folder
}
