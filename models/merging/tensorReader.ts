import type { Hash } from 'node:crypto'
import { closeSync, readSync } from 'node:fs'
import { storedTypes } from '../checkpoint/dtypes.ts'
import { CheckpointError } from '../checkpoint/errors.ts'
import { openFile, type StoredTensor } from '../checkpoint/header.ts'

export interface TensorReader {
  /** Numbers [from, from + target.length) of a tensor; `hash` is fed the bytes as they are stored. */
  read(tensor: StoredTensor, from: number, target: Float32Array, hash?: Hash): void
  /** The same numbers as stored, valid until the next call. */
  raw(tensor: StoredTensor, from: number, count: number): Uint8Array
  close(): void
}

/** Reads stretches of stored tensors; files stay open and one buffer serves all. */
export function tensorReader(): TensorReader {
  const descriptors = new Map<string, number>()
  let scratch = new Uint8Array(0)

  function raw({ name, dtype, file, offset, byteLength }: StoredTensor, from: number, count: number) {
    const { size } = storedTypes[dtype]
    const wanted = count * size
    if (scratch.length < wanted) scratch = new Uint8Array(wanted)
    const descriptor = descriptors.get(file) ?? openFile(file)
    descriptors.set(file, descriptor)
    for (let done = 0; done < wanted; ) {
      const read = readSync(descriptor, scratch, done, wanted - done, offset + from * size + done)
      if (read === 0) {
        const there = from * size + done
        throw new CheckpointError(file, name, `${there} of ${byteLength} bytes are there. Was it changed meanwhile?`)
      }
      done += read
    }
    return scratch.subarray(0, wanted)
  }

  return {
    raw,
    read(tensor, from, target, hash) {
      const { decode } = storedTypes[tensor.dtype]
      if (decode === 'none') {
        const problem = `is ${tensor.dtype}, which is not read here. Save it as F32, F16 or BF16.`
        throw new CheckpointError(tensor.file, tensor.name, problem)
      }
      const bytes = raw(tensor, from, target.length)
      hash?.update(bytes)
      decode(bytes, target)
    },
    close() {
      for (const descriptor of descriptors.values()) closeSync(descriptor)
      descriptors.clear()
    },
  }
}
