import { createHash, type Hash } from 'node:crypto'
import { type StoredDType, type WrittenDType, writtenTypes } from '../checkpoint/dtypes.ts'
import { CheckpointError } from '../checkpoint/errors.ts'
import type { StoredTensor } from '../checkpoint/header.ts'
import { readSafetensors } from '../checkpoint/safetensors.ts'
import type { Random } from '../random.ts'
import type { Chunk, MergeMethod, TensorPasses, TensorSettings } from './method.ts'
import { type TensorReader, tensorReader } from './tensorReader.ts'
import { type TensorPlan, writeShards } from './writeShards.ts'

export interface MergeCheckpointsOptions {
  readonly method: MergeMethod
  /** Folder or file that differences are taken to; only for a method that needs one. */
  readonly base?: string
  readonly models: readonly string[]
  /** Parameters by tensor; every parameter of the method has its value. */
  readonly settings: (tensor: string) => TensorSettings
  /** Folder that is there; the weights are written into it. */
  readonly out: string
  /** What weights are written as; as the base (or the first model) has them when left out. */
  readonly dtype?: WrittenDType
  /** Stream of draws for a tensor and a model, for methods that drop by chance; the same call gives the same stream. */
  readonly random: (tensor: string, model: number) => Random
  /** Bytes of a file beyond which another is begun (5 GB, as transformers). */
  readonly shardBytes?: number
  /** Numbers of a tensor that are held at once (4 Mi: 16 MB a model). */
  readonly chunkSize?: number
  /** Tensors that need not be in every model, such as a tied head; where one lacks them they are left out. */
  readonly optional?: readonly string[]
  readonly onTensor?: (done: number, of: number, name: string) => void
}

export interface MergedCheckpoint {
  readonly nTensors: number
  readonly nParameters: number
  /** SHA-256 over the stored bytes of all merged tensors, by name; the base first where there is one, then the models. */
  readonly hashes: readonly string[]
}

interface Merged {
  readonly name: string
  readonly sources: readonly StoredTensor[]
}

/**
 * Merges checkpoints tensor by tensor and stretch by stretch: what is held is one stretch of each model, whatever the
 * size of the models. Methods that look at a tensor as a whole read it several times.
 *
 * @throws CheckpointError for a tensor that one model lacks, or that differs in shape; for indices that differ
 */
export function mergeCheckpoints(options: MergeCheckpointsOptions): MergedCheckpoint {
  const { method, base, models, out, dtype, shardBytes = 5e9, optional = [] } = options
  const folders = [...(base === undefined ? [] : [base]), ...models]
  const merged = tensorsOf(folders, optional)
  const byName = new Map(merged.map((one) => [one.name, one]))
  const hashes = folders.map(() => createHash('sha256'))
  const reader = tensorReader()
  const buffers = chunkBuffers(folders.length)
  const plans = merged.map(({ name, sources: [first] }): TensorPlan => {
    const { shape } = first!
    return { name, shape, dtype: isFloat(first!.dtype) ? (dtype ?? writable(first!)) : first!.dtype }
  })
  let done = 0
  try {
    writeShards(out, plans, shardBytes, (plan, append) => {
      const { name, sources } = byName.get(plan.name)!
      if (isFloat(sources[0]!.dtype)) {
        const passes = passesOf(name, sources, { ...options, reader, buffers, hasBase: method.needsBase })
        const combine = method.prepare(passes, options.settings(name))
        passes.eachChunk((chunk) => {
          const merged = buffers.out(chunk.base.length)
          combine(chunk, merged)
          append(writtenTypes[plan.dtype as WrittenDType](merged))
        }, hashes)
      } else copyEqual(sources, reader, append, hashes)
      options.onTensor?.(++done, plans.length, name)
    })
  } finally {
    reader.close()
  }
  return {
    nTensors: plans.length,
    nParameters: plans.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    hashes: hashes.map((hash) => hash.digest('hex')),
  }
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1)
const isFloat = (dtype: StoredDType): boolean => /^(F|BF)\d/.test(dtype)
const writable = ({ dtype }: StoredTensor): WrittenDType => (dtype in writtenTypes ? (dtype as WrittenDType) : 'F32')

/** Every tensor with its place in each folder, shapes compared. */
function tensorsOf(folders: readonly string[], optional: readonly string[]): Merged[] {
  const opened = folders.map((folder) => readSafetensors(folder).tensors)
  const names = new Set(opened.flatMap((tensors) => [...tensors.keys()]))
  return [...names].flatMap((name): Merged[] => {
    const sources = opened.map((tensors) => tensors.get(name))
    const lacking = sources.indexOf(undefined)
    const first = sources.find((source) => source !== undefined)!
    if (lacking >= 0) {
      if (optional.includes(name)) return []
      throw new CheckpointError(folders[lacking]!, name, `missing; it is in ${first.file}. Merge models of one shape.`)
    }
    for (const source of sources) {
      if (source!.shape.join() === first.shape.join()) continue
      const shapes = `has shape [${source!.shape.join(', ')}]; in ${first.file} it has [${first.shape.join(', ')}]`
      throw new CheckpointError(source!.file, name, `${shapes}. Merge models of one shape.`)
    }
    return [{ name, sources: sources as StoredTensor[] }]
  })
}

interface Passes extends TensorPasses {
  eachChunk(visit: (chunk: Chunk) => void, hashes?: readonly Hash[]): void
}

function passesOf(
  name: string,
  sources: readonly StoredTensor[],
  options: Pick<MergeCheckpointsOptions, 'random' | 'chunkSize'> & {
    readonly reader: TensorReader
    readonly buffers: ReturnType<typeof chunkBuffers>
    readonly hasBase: boolean
  },
): Passes {
  const { random, chunkSize = 2 ** 22, reader, buffers, hasBase } = options
  const { shape } = sources[0]!
  const size = sizeOf(shape)
  return {
    name,
    shape,
    size,
    nModels: sources.length - (hasBase ? 1 : 0),
    random: (model) => random(name, model),
    eachChunk(visit, hashes) {
      for (let from = 0; from < size; from += chunkSize) {
        const count = Math.min(chunkSize, size - from)
        const arrays = sources.map((source, k) => {
          const values = buffers.of(k, count)
          reader.read(source, from, values, hashes?.[k])
          return values
        })
        visit({ base: arrays[0]!, models: hasBase ? arrays.slice(1) : arrays, from })
      }
    },
  }
}

/** Arrays that are used again from stretch to stretch, one a model and one for what is merged. */
function chunkBuffers(n: number) {
  const arrays = Array.from({ length: n + 1 }, () => new Float32Array(0))
  const of = (k: number, count: number) => {
    if (arrays[k]!.length < count) arrays[k] = new Float32Array(count)
    return arrays[k]!.subarray(0, count)
  }
  return { of, out: (count: number) => of(n, count) }
}

/** Whole numbers, such as positions, are taken over where all models agree on them. */
function copyEqual(
  sources: readonly StoredTensor[],
  reader: TensorReader,
  append: (bytes: Uint8Array) => void,
  hashes: readonly Hash[],
): void {
  const size = sizeOf(sources[0]!.shape)
  const [first, ...others] = sources.map((source) => Buffer.from(reader.raw(source, 0, size)))
  others.forEach((bytes, k) => {
    if (bytes.equals(first!) && sources[k + 1]!.dtype === sources[0]!.dtype) return
    const { file, name } = sources[k + 1]!
    throw new CheckpointError(
      file,
      name,
      `holds whole numbers that differ from ${sources[0]!.file}. They have no mean.`,
    )
  })
  for (const hash of hashes) hash.update(first!)
  append(first!)
}
