import { closeSync, existsSync, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { closest } from 'fastest-levenshtein'
import { storedTypes, type WrittenDType, writtenTypes } from './dtypes.ts'
import { CheckpointError } from './errors.ts'
import { openFile, parseObject, readHeader, type StoredTensor } from './header.ts'

export interface Safetensors {
  /** What is stored, in the order of the files; nothing but headers has been read. */
  tensors: ReadonlyMap<string, StoredTensor>
  /** `__metadata__` of the first file, for instance `{format: 'pt'}`. */
  metadata: Readonly<Record<string, string>>
  /**
   * Reads one tensor from disk, row-major, as 32-bit numbers (64-bit ones are rounded).
   *
   * @throws CheckpointError when there is none of this name (suggests the nearest), its type is not read here, or the
   *   file has changed since
   */
  read(name: string): Float32Array
}

/**
 * Opens a safetensors file, or a folder with `model.safetensors` or the shards that `model.safetensors.index.json`
 * names. Only headers are read and checked; tensors come from disk when asked for. A header is hostile input.
 *
 * @throws CheckpointError for a missing file and for every lie: offsets, shapes, dtypes, holes, overlaps, shards
 * @example
 * const checkpoint = readSafetensors('Qwen2-Audio-7B')
 * const norm = checkpoint.read('language_model.model.norm.weight')
 */
export function readSafetensors(path: string): Safetensors {
  const { files, promised } = findFiles(path)
  const tensors = new Map<string, StoredTensor>()
  const headers = files.map(readHeader)
  for (const header of headers)
    for (const tensor of header.tensors) {
      const other = tensors.get(tensor.name)
      if (other) throw new CheckpointError(tensor.file, tensor.name, `also in ${other.file}. One shard may hold it.`)
      tensors.set(tensor.name, tensor)
    }
  for (const [name, file] of promised) {
    const found = tensors.get(name)?.file
    if (found !== file)
      throw new CheckpointError(
        path,
        name,
        `the index puts it in ${file}. It is ${found ? `in ${found}` : 'in no shard'}.`,
      )
  }
  return {
    tensors,
    metadata: headers[0]?.metadata ?? {},
    read(name) {
      const tensor = tensors.get(name)
      if (tensor) return readTensor(tensor)
      const near = tensors.size > 0 ? ` Did you mean "${closest(name, [...tensors.keys()])}"?` : ''
      throw new CheckpointError(path, name, `not in this checkpoint of ${tensors.size} tensors.${near}`)
    },
  }
}

/** The files to read, and for shards which tensor the index promises in which of them. */
function findFiles(path: string): { files: string[]; promised: Map<string, string> } {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return { files: [path], promised: new Map() }
  const single = join(path, 'model.safetensors')
  const index = join(path, 'model.safetensors.index.json')
  // With both there, transformers takes the single file too.
  if (existsSync(single) || !existsSync(index)) return { files: [single], promised: new Map() }
  const weightMap = parseObject(readText(index), index).weight_map
  if (typeof weightMap !== 'object' || weightMap === null || Array.isArray(weightMap))
    throw new CheckpointError(index, undefined, 'has no weight_map. It must map tensor names to file names.')
  const promised = new Map<string, string>()
  for (const [name, file] of Object.entries(weightMap)) {
    if (typeof file !== 'string' || !/^[^/\\\0]+\.safetensors$/.test(file))
      throw new CheckpointError(
        index,
        name,
        `put in ${JSON.stringify(file)}. It must be a .safetensors file of this folder.`,
      )
    promised.set(name, join(path, file))
  }
  return { files: [...new Set(promised.values())].sort(), promised }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CheckpointError(file, undefined, `cannot be read (${(error as Error).message}). Give a readable file.`)
  }
}

const CHUNK = 2 ** 24 // bytes: whole numbers of every type, small beside a tensor, large beside a system call

function readTensor({ name, dtype, file, offset, byteLength }: StoredTensor): Float32Array {
  const { size, decode } = storedTypes[dtype]
  if (decode === 'none')
    throw new CheckpointError(file, name, `is ${dtype}, which is not read here. Save it as F32, F16 or BF16.`)
  const values = new Float32Array(byteLength / size)
  const scratch = new Uint8Array(Math.min(CHUNK, byteLength))
  const descriptor = openFile(file)
  try {
    for (let done = 0; done < byteLength; done += CHUNK) {
      const wanted = Math.min(CHUNK, byteLength - done)
      const read = readSync(descriptor, scratch, 0, wanted, offset + done)
      if (read !== wanted)
        throw new CheckpointError(
          file,
          name,
          `${done + read} of ${byteLength} bytes are there. Was it changed meanwhile?`,
        )
      decode(scratch.subarray(0, wanted), values.subarray(done / size, (done + wanted) / size))
    }
  } finally {
    closeSync(descriptor)
  }
  return values
}

export interface TensorToWrite {
  shape: readonly number[]
  /** Row-major; as many as the shape says. A function is called when the tensor is written, so that one is held at a time. */
  data: Float32Array | (() => Float32Array)
  /** 'F32' unless given. */
  dtype?: WrittenDType
}

/**
 * Writes tensors as a safetensors file, sorted by name and aligned to 8 bytes, byte for byte as the Python
 * library does. `metadata` defaults to `{format: 'pt'}`, without which `transformers` refuses the file.
 *
 * The file is written in place; use `writeFolderAtomically` around it for one that is whole or absent.
 *
 * @throws CheckpointError when a shape and its data disagree, or a tensor is called `__metadata__`
 */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, TensorToWrite>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): void {
  const names = [...tensors.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const header: [string, object][] = [['__metadata__', metadata]]
  let offset = 0
  for (const name of names) {
    const { shape, data, dtype = 'F32' } = tensors.get(name)!
    const size = checkTensorToWrite(path, name, shape)
    if (typeof data !== 'function') checkLength(path, name, shape, data)
    const end = offset + size * storedTypes[dtype].size
    header.push([name, { dtype, shape, data_offsets: [offset, end] }])
    offset = end
  }
  // Joined by hand: an object would put names that look like numbers first.
  const text = `{${header.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join(',')}}`
  const json = Buffer.from(text)
  const padded = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ')
  padded.writeBigUInt64LE(BigInt(padded.length - 8))
  json.copy(padded, 8)

  const descriptor = openSync(path, 'w')
  try {
    writeAll(descriptor, padded)
    for (const name of names) {
      const { shape, data, dtype = 'F32' } = tensors.get(name)!
      const values = typeof data === 'function' ? data() : data
      checkLength(path, name, shape, values)
      writeAll(descriptor, writtenTypes[dtype](values))
    }
  } finally {
    closeSync(descriptor)
  }
}

/** How many numbers a shape holds. */
function checkTensorToWrite(path: string, name: string, shape: readonly number[]): number {
  if (name === '__metadata__') throw new CheckpointError(path, name, 'is the name of the metadata. Choose another.')
  const size = shape.reduce((product, n) => product * n, 1)
  if (shape.every((n) => Number.isSafeInteger(n) && n >= 0)) return size
  throw new CheckpointError(path, name, `has shape [${shape}]. It must be a list of whole numbers ≥ 0.`)
}

function checkLength(path: string, name: string, shape: readonly number[], data: Float32Array): void {
  const size = shape.reduce((product, n) => product * n, 1)
  if (size !== data.length)
    throw new CheckpointError(path, name, `shape [${shape}] has ${size} numbers. The data has ${data.length}.`)
}

/** One system call writes at most about 2 GiB, and may write less than asked. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(descriptor, bytes, done, Math.min(2 ** 30, bytes.length - done))
}
