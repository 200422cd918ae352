import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { AudioLanguageConfig } from '../architectures/audioLanguageModel.ts'
import { writeFolderAtomically } from '../checkpoint/atomic.ts'
import { type WrittenDType, writtenTypes } from '../checkpoint/dtypes.ts'
import { CheckpointError } from '../checkpoint/errors.ts'
import { firstNotFinite } from '../checkpoint/finite.ts'
import { readSafetensors, type Safetensors, type TensorToWrite, writeSafetensors } from '../checkpoint/safetensors.ts'
import { ConfigError } from '../config/fields.ts'
import { fromConfigJson } from '../configFile.ts'
import { parametersOf } from '../policy/index.ts'
import { loraNames, loraScale } from './adapter.ts'
import { type ReadAdapter, readAdapter } from './readAdapter.ts'

export interface AdapterMergeOptions {
  /** Folder of an adapter in PEFT's format. */
  readonly adapter: string
  /** Folder of the model that it was trained on. */
  readonly base: string
  /** What weights are written as; each as the base stores it when left out. */
  readonly dtype?: WrittenDType
}

export interface AdapterMergeSummary {
  /** Linears that an update was added to, and tensors that the adapter replaced. */
  readonly linears: number
  readonly replaced: number
  readonly parameters: number
  /** What weights were written as: tensors by type. */
  readonly types: Readonly<Record<string, number>>
  /** Tensors of the base whose type is no float and that nothing reads. */
  readonly leftOut: readonly string[]
}

/** Files beside the weights that a model is opened with. */
const COMPANIONS = [
  'added_tokens.json',
  'chat_template.jinja',
  'chat_template.json',
  'generation_config.json',
  'merges.txt',
  'preprocessor_config.json',
  'processor_config.json',
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer.model',
  'tokenizer_config.json',
  'vocab.json',
]

/** `dtype` of a `config.json` as it calls the types that can be written. */
const TORCH_NAMES = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } satisfies Record<WrittenDType, string>

/**
 * Writes the base with the adapter in its weights, W + scale·B·A, as one folder that opens as the base does, here and in
 * transformers. The shards stay those of the base, and one tensor at a time is in memory. Sums are made in 32 bits and then
 * rounded to the type that is written.
 *
 * @throws CheckpointError for an adapter of another base, and for weights that are missing, of another shape or no numbers;
 *   ConfigError for the base's config
 */
export async function mergeAdapter(
  out: string,
  { adapter, base, dtype }: AdapterMergeOptions,
): Promise<AdapterMergeSummary> {
  const configFile = path.join(base, 'config.json')
  const json = readJson(configFile)
  const { config } = fromConfigJson(json, configFile)
  const read = readAdapter(adapter, config)
  const stored = readSafetensors(base)
  checkBase(stored, base, config)
  const types: Record<string, number> = {}
  const leftOut: string[] = []
  const shards = new Map<string, Map<string, TensorToWrite>>()
  for (const { name, shape, dtype: kept, file } of stored.tensors.values()) {
    const written = dtype ?? kept
    if (!isWritten(written) || !isWritten(kept)) {
      leftOut.push(name)
      continue
    }
    types[written] = (types[written] ?? 0) + 1
    const shard = shards.get(path.basename(file)) ?? new Map<string, TensorToWrite>()
    shards.set(path.basename(file), shard)
    shard.set(name, { shape, dtype: written, data: () => mergedTensor(name, stored, read) })
  }
  await writeFolderAtomically(out, async (aside) => {
    for (const [file, tensors] of shards) writeSafetensors(path.join(aside, file), tensors)
    if (existsSync(path.join(base, INDEX))) await writeIndex(path.join(aside, INDEX), shards)
    await writeFile(
      path.join(aside, 'config.json'),
      `${JSON.stringify(dtype ? withDType(json, dtype) : json, null, 2)}\n`,
    )
    for (const name of COMPANIONS) {
      if (existsSync(path.join(base, name))) copyFileSync(path.join(base, name), path.join(aside, name))
    }
  })
  const sizes = [...parametersOf(config).values()].map((shape) => shape.reduce((product, n) => product * n, 1))
  return {
    linears: read.adapter.linears.size,
    replaced: [...read.weights.keys()].filter((name) => stored.tensors.has(name)).length,
    parameters: sizes.reduce((sum, n) => sum + n, 0),
    types,
    leftOut,
  }
}

const INDEX = 'model.safetensors.index.json'

const isWritten = (dtype: string): dtype is WrittenDType => Object.hasOwn(writtenTypes, dtype)

/** Every parameter is there, in the shape that the config asks for. */
function checkBase(stored: Safetensors, base: string, config: AudioLanguageConfig): void {
  for (const [name, shape] of parametersOf(config)) {
    const found = stored.tensors.get(name)
    if (!found) throw new CheckpointError(base, name, `is missing from the base's ${stored.tensors.size} tensors.`)
    if (found.shape.join() === shape.join()) continue
    const [is, asks] = [found.shape, shape].map((numbers) => numbers.join(', '))
    throw new CheckpointError(found.file, name, `has shape [${is}]. The config asks for [${asks}].`)
  }
}

/** A tensor of the base as the adapter leaves it. */
function mergedTensor(name: string, stored: Safetensors, { adapter, weights }: ReadAdapter): Float32Array {
  const replaced = weights.get(name)
  if (replaced) return replaced
  const values = stored.read(name)
  const module = name.replace(/\.weight$/, '')
  const lora = adapter.linears.get(module)
  if (lora && name !== module) {
    const { a, b } = loraNames(module)
    addProduct(values, weights.get(b)!, weights.get(a)!, lora.rank, loraScale(lora, adapter))
  }
  const bad = firstNotFinite(values)
  if (bad === undefined) return values
  throw new CheckpointError(
    stored.tensors.get(name)!.file,
    name,
    `holds ${values[bad]} at place ${bad}. Every weight must be a finite number.`,
  )
}

/** W += scale·B·A in place; W [nOut, nIn], B [nOut, rank], A [rank, nIn]. */
function addProduct(w: Float32Array, b: Float32Array, a: Float32Array, rank: number, scale: number): void {
  const nIn = a.length / rank
  const row = new Float64Array(nIn)
  for (let out = 0; out * nIn < w.length; out++) {
    row.fill(0)
    for (let k = 0; k < rank; k++) {
      const factor = scale * b[out * rank + k]!
      for (let i = 0; i < nIn; i++) row[i]! += factor * a[k * nIn + i]!
    }
    for (let i = 0; i < nIn; i++) w[out * nIn + i]! += row[i]!
  }
}

function writeIndex(file: string, shards: ReadonlyMap<string, ReadonlyMap<string, TensorToWrite>>): Promise<void> {
  let bytes = 0
  const map: Record<string, string> = {}
  for (const [shard, tensors] of shards) {
    for (const [name, { shape, dtype = 'F32' }] of tensors) {
      bytes += shape.reduce((product, n) => product * n, dtype === 'F32' ? 4 : 2)
      map[name] = shard
    }
  }
  return writeFile(file, `${JSON.stringify({ metadata: { total_size: bytes }, weight_map: map }, null, 2)}\n`)
}

/** The config with another type for its weights, under the key that it has: `dtype` since transformers 5. */
function withDType(json: unknown, dtype: WrittenDType): object {
  const root = json as Record<string, unknown>
  const changed = Object.entries(root).map(([key, value]): [string, unknown] => {
    if (key === 'dtype' || key === 'torch_dtype') return [key, TORCH_NAMES[dtype]]
    const isSection = /_config$/.test(key) && typeof value === 'object' && value !== null
    return [key, isSection && ('dtype' in value || 'torch_dtype' in value) ? withDType(value, dtype) : value]
  })
  const has = 'dtype' in root || 'torch_dtype' in root
  return Object.fromEntries(has ? changed : [...changed, ['torch_dtype', TORCH_NAMES[dtype]]])
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new ConfigError(
      `${file}: cannot be read (${(error as Error).message}). Give a folder in the Hugging Face form.`,
    )
  }
}
