import { closeSync, openSync, readFileSync, realpathSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { writeFolderAtomically } from '../checkpoint/atomic.ts'
import { CheckpointError } from '../checkpoint/errors.ts'
import type { StoredTensor } from '../checkpoint/header.ts'
import type { MappedTensor, MappedWeights } from '../checkpoint/mapped.ts'
import { readSafetensors, type Safetensors } from '../checkpoint/safetensors.ts'
import { BLOCK, dequantiseBlocks, quantiseBlocks, relativeError } from './blocks.ts'
import { type Bits, type QuantisedModule, quantisedNames } from './quantisedNames.ts'

export interface QuantisedCheckpoint {
  readonly modules: ReadonlyMap<string, QuantisedModule>
  /** Linears whose rows are no whole number of blocks: they stay as they are. */
  readonly left: readonly string[]
}

const WEIGHTS = 'quantised.safetensors'
const REPORT = 'quantised.json'

/**
 * Writes linears of a checkpoint in 4 or 8 bits as a folder of its own, one tensor at a time; the folder is whole or not
 * there.
 *
 * @param linears  module → [nOut, nIn]
 * @param onTensor told after each: how many of how many
 * @throws CheckpointError for a tensor that is missing, of another shape, or holds what is no finite number
 */
export async function quantiseCheckpoint(
  source: Safetensors,
  linears: ReadonlyMap<string, readonly [number, number]>,
  folder: string,
  bits: Bits,
  onTensor?: (done: number, total: number) => void,
): Promise<void> {
  const fitting = [...linears].filter(([, [, nIn]]) => nIn % BLOCK === 0)
  const left = [...linears.keys()].filter((module) => !fitting.some(([name]) => name === module))
  const modules: [string, QuantisedModule][] = []
  await writeFolderAtomically(folder, (aside) => {
    const layout = layoutOf(fitting, bits)
    const descriptor = openSync(path.join(aside, WEIGHTS), 'w')
    try {
      write(descriptor, layout.header)
      for (const [module, [nOut, nIn]] of fitting) {
        const name = `${module}.weight`
        const values = source.read(name)
        if (values.length !== nOut * nIn) {
          throw new CheckpointError(folder, name, `has ${values.length} numbers. The model asks for [${nOut}, ${nIn}].`)
        }
        const blocks = quantised(values, bits, source.tensors.get(name)!)
        write(descriptor, blocks.codes)
        write(descriptor, new Uint8Array(blocks.scales.buffer))
        modules.push([
          module,
          { bits, nOut, nIn, relativeError: relativeError(values, dequantiseBlocks(blocks, bits)) },
        ])
        onTensor?.(modules.length, fitting.length)
      }
    } finally {
      closeSync(descriptor)
    }
    writeFileSync(path.join(aside, REPORT), `${JSON.stringify({ modules: Object.fromEntries(modules), left })}\n`)
  })
}

function quantised(values: Float32Array, bits: Bits, { file, name }: StoredTensor) {
  try {
    return quantiseBlocks(values, bits)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new CheckpointError(file, name, `${error.message} A weight must be finite to be quantised.`)
  }
}

/** Header of the file: codes and scales of each module, one after another, from a multiple of 8 bytes on. */
function layoutOf(
  fitting: readonly (readonly [string, readonly [number, number]])[],
  bits: Bits,
): { header: Uint8Array } {
  const entries: [string, object][] = []
  let offset = 0
  const place = (name: string, dtype: 'U8' | 'F32', shape: readonly number[], bytes: number) => {
    entries.push([name, { dtype, shape, data_offsets: [offset, offset + bytes] }])
    offset += bytes
  }
  for (const [module, [nOut, nIn]] of fitting) {
    const { packed, scales } = quantisedNames(module)
    const nBlocks = nIn / BLOCK
    place(packed, 'U8', [nOut, nBlocks, (BLOCK * bits) / 8], (nOut * nIn * bits) / 8)
    place(scales, 'F32', [nOut * nBlocks], 4 * nOut * nBlocks)
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  const header = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ')
  header.writeBigUInt64LE(BigInt(header.length - 8))
  json.copy(header, 8)
  return { header }
}

/** What {@link quantiseCheckpoint} left in a folder. */
export function readQuantised(folder: string): QuantisedCheckpoint {
  const { modules, left } = JSON.parse(readFileSync(path.join(folder, REPORT), 'utf8')) as {
    modules: Record<string, QuantisedModule>
    left: string[]
  }
  return { modules: new Map(Object.entries(modules)), left }
}

/**
 * A quantised folder beside what else is mapped, for graphs that read both where they lie; the common folder is the root
 * of the file system, since a cache and a model seldom share one.
 */
export function withQuantised(folder: string, kept: MappedWeights | undefined): MappedWeights {
  const { root } = path.parse(path.resolve(folder))
  const { modules } = readQuantised(folder)
  const rebased = [...(kept?.tensors ?? [])].map(([name, tensor]): [string, MappedTensor] => {
    return [name, { ...tensor, location: path.relative(root, path.join(kept!.folder, tensor.location)) }]
  })
  return { folder: root, tensors: new Map([...rebased, ...tensorsOf(folder, modules, root)]), quantised: modules }
}

function tensorsOf(folder: string, modules: QuantisedCheckpoint['modules'], root: string): Map<string, MappedTensor> {
  const stored = readSafetensors(path.join(folder, WEIGHTS)).tensors
  const location = path.relative(root, realpathSync(path.join(folder, WEIGHTS)))
  const at = ({ offset, byteLength }: StoredTensor) => ({ location, offset, byteLength })
  return new Map(
    [...modules].flatMap(([module, { bits, nOut, nIn }]): [string, MappedTensor][] => {
      const names = quantisedNames(module)
      const [packed, scales] = [stored.get(names.packed)!, stored.get(names.scales)!]
      const codes = { dtype: bits === 4 ? 'U4' : 'U8', shape: [(nOut * nIn) / BLOCK, BLOCK] } as const
      return [
        [names.packed, { dtype: 'U8', shape: packed.shape, ...at(packed) }],
        [names.codes, { ...codes, ...at(packed) }],
        [names.scales, { dtype: 'F32', shape: scales.shape, ...at(scales) }],
      ]
    }),
  )
}

/** One system call writes at most about 2 GiB, and may write less than asked. */
function write(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(descriptor, bytes, done, Math.min(2 ** 30, bytes.length - done))
}
