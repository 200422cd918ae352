import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { GGMLQuantizationType, gguf } from '@huggingface/gguf'
import { CheckpointError } from '../checkpoint/errors.ts'
import { type BlockTypeName, blockTypes } from './blocks.ts'

export interface GgufTensor {
  readonly name: string
  readonly type: BlockTypeName
  /** Rows first, as everywhere else; the file has it the other way round. */
  readonly shape: readonly number[]
  /** Bytes from the start of the file. */
  readonly offset: number
  readonly byteLength: number
}

export interface GgufFile {
  readonly file: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly tensors: ReadonlyMap<string, GgufTensor>
  /** The numbers of a tensor, dequantised, row-major. @throws CheckpointError when there is none of this name */
  read(name: string): Float32Array
}

/**
 * Opens a GGUF file: metadata and table of tensors by `@huggingface/gguf`, both checked against the file, which is hostile
 * input; numbers are read when asked for.
 *
 * @throws CheckpointError for anything that is no GGUF file, a tensor of a type that is not read, or one that does not lie
 *   where it is said to
 */
export async function openGguf(file: string): Promise<GgufFile> {
  const size = statSync(file, { throwIfNoEntry: false })
  if (!size?.isFile()) throw new CheckpointError(file, undefined, 'no such file. Give a GGUF file.')
  const parsed = await parse(file)
  const tensors = new Map<string, GgufTensor>()
  for (const info of parsed.tensorInfos) {
    const tensor = checkTensor(file, info, Number(parsed.tensorDataOffset), size.size)
    if (tensors.has(tensor.name)) throw new CheckpointError(file, tensor.name, 'is there twice. Once would be right.')
    tensors.set(tensor.name, tensor)
  }
  checkOverlap(file, [...tensors.values()])
  return {
    file,
    metadata: parsed.metadata as Record<string, unknown>,
    tensors,
    read(name) {
      const tensor = tensors.get(name)
      if (!tensor) throw new CheckpointError(file, name, `not among its ${tensors.size} tensors.`)
      return readTensor(file, tensor)
    },
  }
}

async function parse(file: string) {
  const magic = Buffer.alloc(4)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, magic, 0, 4, 0)
  } finally {
    closeSync(descriptor)
  }
  if (magic.toString('latin1') !== 'GGUF') {
    throw new CheckpointError(
      file,
      undefined,
      `begins with ${JSON.stringify(magic.toString('latin1'))}. A GGUF file begins with "GGUF".`,
    )
  }
  try {
    return await gguf(file, { allowLocalFile: true })
  } catch (error) {
    throw new CheckpointError(
      file,
      undefined,
      `its header cannot be read (${(error as Error).message}). Is it cut short?`,
    )
  }
}

function checkTensor(
  file: string,
  info: { name: string; shape: bigint[]; dtype: GGMLQuantizationType; offset: bigint },
  dataStart: number,
  fileSize: number,
): GgufTensor {
  const { name } = info
  const typeName = GGMLQuantizationType[info.dtype] ?? String(info.dtype)
  if (!Object.hasOwn(blockTypes, typeName)) {
    throw new CheckpointError(file, name, `is of type ${typeName}. Read are ${Object.keys(blockTypes).join(', ')}.`)
  }
  const type = typeName as BlockTypeName
  const { numbers, bytes } = blockTypes[type]
  const shape = info.shape.map(Number).reverse()
  const count = shape.reduce((product, n) => product * n, 1)
  if (!Number.isSafeInteger(count) || count < 1 || shape.at(-1)! % numbers !== 0) {
    throw new CheckpointError(file, name, `has shape [${shape}]. ${type} packs rows in blocks of ${numbers} numbers.`)
  }
  const offset = dataStart + Number(info.offset)
  const byteLength = (count / numbers) * bytes
  if (!Number.isSafeInteger(offset) || offset + byteLength > fileSize) {
    throw new CheckpointError(
      file,
      name,
      `ends at byte ${offset + byteLength}. The file has ${fileSize}; is it cut short?`,
    )
  }
  return { name, type, shape, offset, byteLength }
}

function checkOverlap(file: string, tensors: readonly GgufTensor[]): void {
  let end = 0
  for (const { name, offset, byteLength } of tensors.toSorted((a, b) => a.offset - b.offset)) {
    if (offset < end) throw new CheckpointError(file, name, `begins at byte ${offset}, the one before ends at ${end}.`)
    end = offset + byteLength
  }
}

/** Bytes that are read at once, rounded down to whole blocks. */
const CHUNK = 2 ** 24

function readTensor(file: string, { name, type, shape, offset, byteLength }: GgufTensor): Float32Array {
  const { numbers, bytes, unpack } = blockTypes[type]
  const target = new Float32Array(shape.reduce((product, n) => product * n, 1))
  const chunk = Buffer.alloc(Math.min(byteLength, Math.floor(CHUNK / bytes) * bytes))
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length)
  const descriptor = openSync(file, 'r')
  try {
    for (let done = 0; done < byteLength; done += chunk.length) {
      const wanted = Math.min(chunk.length, byteLength - done)
      const read = readSync(descriptor, chunk, 0, wanted, offset + done)
      if (read !== wanted) {
        throw new CheckpointError(
          file,
          name,
          `${done + read} of ${byteLength} bytes are there. Was it changed meanwhile?`,
        )
      }
      const first = (done / bytes) * numbers
      for (let at = 0, to = first; at < wanted; at += bytes, to += numbers) unpack(view, at, target, to)
    }
  } finally {
    closeSync(descriptor)
  }
  return target
}
