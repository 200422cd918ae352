import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { closest } from 'fastest-levenshtein'
import { isStoredDType, type StoredDType, storedTypes } from './dtypes.ts'
import { CheckpointError } from './errors.ts'

/** Where a tensor lies: enough to read it, or to point an ONNX initializer at it. */
export interface StoredTensor {
  name: string
  dtype: StoredDType
  shape: readonly number[]
  file: string
  /** Bytes from the start of the file. */
  offset: number
  byteLength: number
}

export interface Header {
  tensors: StoredTensor[]
  metadata: Record<string, string>
}

/** The reference implementation's limit; a longer header is an attack or no safetensors file at all. */
const MAX_HEADER = 100_000_000

/**
 * Reads and checks the header of a safetensors file: a little-endian u64 length, that many bytes of JSON, then tensors
 * that fill the rest of the file without hole or overlap (the format's own rule). Nothing in it is believed.
 *
 * @throws CheckpointError for every way in which the header and the file disagree
 */
export function readHeader(file: string): Header {
  const { text, dataStart, fileSize } = readHeaderText(file)
  const header = parseObject(text, file)
  checkNames(text, header, file)
  const tensors: StoredTensor[] = []
  let metadata: Record<string, string> = {}
  for (const [name, entry] of Object.entries(header))
    if (name === '__metadata__') metadata = checkMetadata(entry, file)
    else tensors.push(checkTensor(name, entry, file, dataStart))
  checkLayout(tensors, file, dataStart, fileSize)
  return { tensors, metadata }
}

function readHeaderText(file: string): { text: string; dataStart: number; fileSize: number } {
  const descriptor = openFile(file)
  try {
    const fileSize = fstatSync(descriptor).size
    if (fileSize < 8)
      throw new CheckpointError(
        file,
        undefined,
        `${fileSize} bytes long. A safetensors file has 8 for its header's length.`,
      )
    const lengthBytes = Buffer.alloc(8)
    readSync(descriptor, lengthBytes, 0, 8, 0)
    const length = Number(lengthBytes.readBigUInt64LE())
    const most = Math.min(fileSize - 8, MAX_HEADER)
    if (length > most)
      throw new CheckpointError(
        file,
        undefined,
        `says its header has ${length} bytes. At most ${most} fit; is it cut short, or another format?`,
      )
    const header = Buffer.alloc(length)
    const read = readSync(descriptor, header, 0, length, 8)
    if (read !== length)
      throw new CheckpointError(file, undefined, `${read} bytes of header could be read. There must be ${length}.`)
    return { text: header.toString('utf8'), dataStart: 8 + length, fileSize }
  } finally {
    closeSync(descriptor)
  }
}

/** Opens a file for reading; why it cannot be opened becomes a CheckpointError. */
export function openFile(file: string): number {
  try {
    // Asked before opening: a pipe would make us wait for ever.
    if (!statSync(file).isFile()) throw new Error('it is no plain file')
    return openSync(file, 'r')
  } catch (error) {
    throw new CheckpointError(file, undefined, `cannot be opened (${(error as Error).message}). Give a readable file.`)
  }
}

/** JSON text that must be an object. */
export function parseObject(text: string, file: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new CheckpointError(
      file,
      undefined,
      `not JSON where it should be (${(error as Error).message}). There must be an object.`,
    )
  }
  if (!isObject(value))
    throw new CheckpointError(file, undefined, `holds ${show(value)} as JSON. There must be an object.`)
  return value
}

/** JSON.parse keeps the last of several entries of one name, and another reader perhaps the first. */
function checkNames(text: string, header: Readonly<Record<string, unknown>>, file: string): void {
  const names = keysOf(text)
  if (names.length === Object.keys(header).length) return
  const seen = new Set<string>()
  const twice = names.find((name) => seen.size === seen.add(name).size)
  throw new CheckpointError(file, twice, 'is described twice in the header. Once would be right.')
}

/** Keys of the outermost object of valid JSON, in order, with those that come again. */
function keysOf(text: string): string[] {
  const keys: string[] = []
  let depth = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    else if (depth === 1 && token.endsWith(':')) keys.push(JSON.parse(token.slice(0, -1)) as string)
  }
  return keys
}

function checkMetadata(value: unknown, file: string): Record<string, string> {
  if (isObject(value) && Object.values(value).every((entry) => typeof entry === 'string'))
    return value as Record<string, string>
  throw new CheckpointError(file, undefined, `__metadata__ is ${show(value)}. It must map strings to strings.`)
}

function checkTensor(name: string, entry: unknown, file: string, dataStart: number): StoredTensor {
  const fail = (problem: string): never => {
    throw new CheckpointError(file, name, problem)
  }
  if (!isObject(entry)) return fail(`described by ${show(entry)}. It must be {dtype, shape, data_offsets}.`)
  const { dtype, shape, data_offsets: offsets } = entry
  if (!isStoredDType(dtype)) {
    const near =
      typeof dtype === 'string' ? ` Did you mean "${closest(dtype.slice(0, 20), Object.keys(storedTypes))}"?` : ''
    return fail(`dtype is ${show(dtype)}. It must be one of ${Object.keys(storedTypes).join(', ')}.${near}`)
  }
  if (!isSizes(shape)) return fail(`shape is ${show(shape)}. It must be a list of whole numbers ≥ 0.`)
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[1]! < offsets[0]!)
    return fail(`data_offsets is ${show(offsets)}. It must be [first byte, byte after the last].`)
  const [begin, end] = offsets as [number, number]
  const byteLength = shape.reduce((product, n) => product * n, storedTypes[dtype].size)
  if (end - begin !== byteLength)
    return fail(`data_offsets hold ${end - begin} bytes. ${dtype} of shape ${show(shape)} has ${byteLength}.`)
  return { name, dtype, shape, file, offset: dataStart + begin, byteLength }
}

/** Every byte after the header belongs to exactly one tensor. */
function checkLayout(tensors: StoredTensor[], file: string, dataStart: number, fileSize: number): void {
  let end = dataStart
  for (const tensor of tensors.toSorted((a, b) => a.offset - b.offset || a.byteLength - b.byteLength)) {
    if (tensor.offset !== end)
      throw new CheckpointError(
        file,
        tensor.name,
        `begins at byte ${tensor.offset - dataStart} of the data. The one before ends at ${end - dataStart}: no hole, no overlap.`,
      )
    end = tensor.offset + tensor.byteLength
    if (end > fileSize)
      throw new CheckpointError(file, tensor.name, `ends at byte ${end}. The file has ${fileSize}; is it cut short?`)
  }
  if (end !== fileSize)
    throw new CheckpointError(file, undefined, `${fileSize - end} bytes after the last tensor. There must be none.`)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0)

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
