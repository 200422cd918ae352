import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type StoredDType, storedTypes } from '../checkpoint/dtypes.ts'

/** A tensor to be written; its bytes come later, in pieces. */
export interface TensorPlan {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: StoredDType
}

const bytesOf = ({ shape, dtype }: TensorPlan): number =>
  shape.reduce((product, n) => product * n, storedTypes[dtype].size)

/**
 * Writes a checkpoint whose tensors come in pieces, so that none is ever held: `model.safetensors`, or shards of at most
 * `shardBytes` (one tensor may exceed it) and their index, as transformers writes them. Tensors are sorted by name within
 * a file and written one after the other.
 *
 * @param write  called for each tensor in order; hands its bytes to `append`
 */
export function writeShards(
  folder: string,
  plans: readonly TensorPlan[],
  shardBytes: number,
  write: (plan: TensorPlan, append: (bytes: Uint8Array) => void) => void,
): void {
  const shards: TensorPlan[][] = [[]]
  let filled = 0
  for (const plan of plans.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))) {
    const bytes = bytesOf(plan)
    if (filled > 0 && filled + bytes > shardBytes) {
      shards.push([])
      filled = 0
    }
    shards.at(-1)!.push(plan)
    filled += bytes
  }
  const nameOf = (i: number) =>
    shards.length === 1 ? 'model.safetensors' : `model-${padded(i + 1)}-of-${padded(shards.length)}.safetensors`
  for (const [i, shard] of shards.entries()) writeShard(join(folder, nameOf(i)), shard, write)
  if (shards.length === 1) return
  const index = {
    metadata: { total_size: plans.reduce((sum, plan) => sum + bytesOf(plan), 0) },
    weight_map: Object.fromEntries(shards.flatMap((shard, i) => shard.map(({ name }) => [name, nameOf(i)]))),
  }
  writeFileSync(join(folder, 'model.safetensors.index.json'), `${JSON.stringify(index, null, 2)}\n`)
}

const padded = (n: number): string => String(n).padStart(5, '0')

function writeShard(file: string, plans: readonly TensorPlan[], write: Parameters<typeof writeShards>[3]): void {
  let offset = 0
  const entries = plans.map((plan) => {
    const begin = offset
    offset += bytesOf(plan)
    const { name, dtype, shape } = plan
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, offset] })}`
  })
  const json = Buffer.from(`{${['"__metadata__":{"format":"pt"}', ...entries].join(',')}}`)
  const header = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ')
  header.writeBigUInt64LE(BigInt(header.length - 8))
  json.copy(header, 8)
  const descriptor = openSync(file, 'w')
  try {
    writeAll(descriptor, header)
    for (const plan of plans) {
      let left = bytesOf(plan)
      write(plan, (bytes) => {
        left -= bytes.length
        writeAll(descriptor, bytes)
      })
      if (left !== 0) throw new Error(`internal: ${plan.name} was written short of ${left} bytes`)
    }
  } finally {
    closeSync(descriptor)
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done, bytes.length - done)
}
