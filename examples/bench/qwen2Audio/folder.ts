import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { encodeWav } from '../../../audio/index.ts'
import {
  type AudioLanguageConfig,
  openTokenizer,
  parametersOf,
  redundantTensors,
  toConfigJson,
  trainTokenizer,
} from '../../../models/index.ts'
import { seededRandom } from '../../../src/random.ts'

/** Qwen2-Audio-7B-Instruct, by its `config.json`; its language model is Qwen-7B in Qwen2's form. */
export const qwen2Audio7B: AudioLanguageConfig = {
  audio: { nMels: 128, hidden: 1280, nLayers: 32, nHeads: 20, ffn: 5120, pool: 2 },
  language: {
    vocab: 156_032,
    hidden: 4096,
    nLayers: 32,
    nHeads: 32,
    nKvHeads: 32,
    ffn: 11_008,
    ropeTheta: 10_000,
    rmsEpsilon: 1e-5,
    tied: false,
    maxPositions: 8192,
  },
}

export interface FolderOptions {
  readonly config: AudioLanguageConfig
  /** Share of a matrix's rows that are written; the others are holes in the file, which read as 0 (1). */
  readonly written?: number
  /** Bytes of a shard at most (5e9). */
  readonly shardBytes?: number
}

/**
 * Writes a model folder of a shape, in Hugging Face's form, BF16 in shards, with random weights, and a tokenizer that
 * knows the words of `texts`.
 */
export function writeRandomModel(
  folder: string,
  texts: readonly string[],
  { config, written = 1, shardBytes = 5e9 }: FolderOptions,
): void {
  mkdirSync(folder, { recursive: true })
  const files = trainTokenizer(texts, { vocab: 512 })
  const tokenizer = openTokenizer(files)
  const json = (name: string, value: object) => writeFileSync(path.join(folder, name), `${JSON.stringify(value)}\n`)
  json('config.json', { ...toConfigJson(config, tokenizer.idOf('<|AUDIO|>')), torch_dtype: 'bfloat16' })
  json('tokenizer.json', files.tokenizer)
  json('tokenizer_config.json', files.config)
  json('preprocessor_config.json', { feature_size: config.audio?.nMels, sampling_rate: 16_000, chunk_length: 30 })

  const shapes = [...parametersOf(config), ...redundantTensors(config).map(({ name, shape }) => [name, shape] as const)]
  const shards: { name: string; shape: readonly number[]; bytes: number }[][] = [[]]
  let filled = 0
  for (const [name, shape] of shapes) {
    const bytes = 2 * shape.reduce((product, n) => product * n, 1)
    if (filled > 0 && filled + bytes > shardBytes) {
      shards.push([])
      filled = 0
    }
    shards.at(-1)!.push({ name, shape, bytes })
    filled += bytes
  }
  const file = (i: number) => `model-${i + 1}-of-${shards.length}.safetensors`
  for (const [i, tensors] of shards.entries()) writeShard(path.join(folder, file(i)), tensors, written)
  const weightMap = Object.fromEntries(shards.flatMap((tensors, i) => tensors.map(({ name }) => [name, file(i)])))
  json('model.safetensors.index.json', { metadata: {}, weight_map: weightMap })
}

function writeShard(
  file: string,
  tensors: readonly { name: string; shape: readonly number[]; bytes: number }[],
  written: number,
): void {
  let offset = 0
  const header = tensors.map(({ name, shape, bytes }): [string, object] => {
    offset += bytes
    return [name, { dtype: 'BF16', shape, data_offsets: [offset - bytes, offset] }]
  })
  const text = Buffer.from(JSON.stringify(Object.fromEntries(header)))
  const start = 8 + Math.ceil(text.length / 8) * 8
  const descriptor = openSync(file, 'w')
  try {
    const head = Buffer.alloc(start, ' ')
    head.writeBigUInt64LE(BigInt(start - 8))
    text.copy(head, 8)
    writeSync(descriptor, head, 0, start, 0)
    ftruncateSync(descriptor, start + offset)
    let at = start
    for (const { name, shape, bytes } of tensors) {
      const isLinear = /proj|fc[12]/.test(name) && shape.length > 1
      const share = isLinear ? Math.max(1, Math.round(written * shape[0]!)) / shape[0]! : 1
      fill(descriptor, at, share * bytes, valuesOf(name, shape))
      at += bytes
    }
  } finally {
    closeSync(descriptor)
  }
}

/** Writes one block of values again and again: what is computed takes as long, and holds as much, whatever they are. */
function fill(descriptor: number, from: number, length: number, block: Uint8Array): void {
  for (let done = 0; done < length; ) {
    done += writeSync(descriptor, block, 0, Math.min(block.length, length - done), from + done)
  }
}

/** Norms 1, biases 0, matrices uniform with the deviation 1/√nIn: a block of BF16. */
function valuesOf(name: string, shape: readonly number[]): Uint8Array {
  const numbers = new Float32Array(
    Math.min(
      BLOCK,
      shape.reduce((product, n) => product * n, 1),
    ),
  )
  const bound = Math.sqrt(3 / (/embed/.test(name) ? 2500 : shape.slice(1).reduce((product, n) => product * n, 1)))
  const random = seededRandom(name)
  if (shape.length > 1) for (let i = 0; i < numbers.length; i++) numbers[i] = bound * (2 * random() - 1)
  else numbers.fill(/norm.*\.weight$/.test(name) ? 1 : 0)
  const halves = new Uint16Array(numbers.buffer)
  return new Uint8Array(Uint16Array.from(numbers, (_, i) => halves[2 * i + 1]!).buffer)
}
const BLOCK = 2 ** 20 + 32 // numbers; no multiple of a row, so that rows differ

/** A clip of so many seconds, 16 kHz: a tone under noise. */
export function tone(seconds: number, seed: number): Uint8Array {
  const random = seededRandom(seed)
  const wave = (i: number) => 0.3 * Math.sin((2 * Math.PI * (220 + 40 * seed) * i) / 16_000) + 0.05 * (random() - 0.5)
  return encodeWav(
    Float32Array.from({ length: seconds * 16_000 }, (_, i) => wave(i)),
    16_000,
  )
}
