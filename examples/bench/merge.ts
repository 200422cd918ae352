// Merging a pair of models: seconds, and the peak of memory of the process that merges. The pair has the tensors of
// Qwen2.5-0.5B in BF16, or of Qwen2.5-7B with RUBATO_BENCH_MERGE=7b (15 GB are written, a quarter of an hour on two
// cores). The files are sparse: their sizes are real, and of every tensor the first million numbers are drawn, the rest
// are zeros, which a method reads and computes like others. What is held is a stretch of each model, so that the peak
// does not grow with the model; both sizes show it.
import { fork } from 'node:child_process'
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { seededRandom } from '../../src/index.ts'
import type { BenchResult } from './result.ts'

const SIZES = {
  '0.5b': { hidden: 896, ffn: 4864, layers: 24, kv: 128, vocab: 151_936, tied: true },
  '7b': { hidden: 3584, ffn: 18_944, layers: 28, kv: 512, vocab: 152_064, tied: false },
}
const METHODS = ['linear', 'ties']
const DRAWN = 1_000_000 // numbers of a tensor that are not zero

/** Gigabytes a second of models read, and the peak in MB held against 3 GB. */
export async function benchMerge(): Promise<BenchResult> {
  const asked = process.env.RUBATO_BENCH_MERGE === '7b' ? '7b' : '0.5b'
  const root = mkdtempSync(path.join(process.env.RUBATO_BENCH_FOLDER ?? tmpdir(), 'rubato-merge-'))
  try {
    let parameters = 0
    for (const [seed, name] of ['base', 'a', 'b'].entries()) {
      parameters = writeModel(path.join(root, name), SIZES[asked], seed)
    }
    const rows: { label: string; value: number; unit: string }[] = []
    let peak = 0
    for (const method of METHODS) {
      const found = await merged(root, method)
      rows.push(
        { label: `${method}, time`, value: found.seconds, unit: 's' },
        { label: `${method}, merged parameters`, value: parameters / 1e6 / found.seconds, unit: 'million/s' },
        { label: `${method}, peak memory`, value: found.peakMegabytes, unit: 'MB' },
      )
      peak = Math.max(peak, found.peakMegabytes)
    }
    return {
      name: `merging two models of ${(parameters / 1e9).toFixed(2)} billion parameters, BF16`,
      rows,
      ratio: 3000 / peak,
      target: 1,
      note: '3 GB over the peak of the whole process; ties reads a base too, and each tensor three times',
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** A merge in a process of its own, whose peak is its own. */
function merged(root: string, method: string): Promise<{ seconds: number; peakMegabytes: number }> {
  const worker = path.join(import.meta.dirname, `mergeWorker${path.extname(import.meta.filename)}`)
  return new Promise((resolve, reject) => {
    const child = fork(worker, [root, method])
    let found: { seconds: number; peakMegabytes: number } | undefined
    child.on('message', (message) => {
      found = message as typeof found
    })
    child.on('error', reject)
    child.on('exit', (code) =>
      found === undefined ? reject(new Error(`bench merge: the merge ended with ${code}`)) : resolve(found),
    )
  })
}

type Size = (typeof SIZES)['7b']

function writeModel(folder: string, { hidden, ffn, layers, kv, vocab, tied }: Size, seed: number): number {
  mkdirSync(folder)
  const config = {
    architectures: ['Qwen2ForCausalLM'],
    hidden_size: hidden,
    num_hidden_layers: layers,
    tie_word_embeddings: tied,
    torch_dtype: 'bfloat16',
  }
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config))
  const shapes: [string, number[]][] = [
    ['model.embed_tokens.weight', [vocab, hidden]],
    ['model.norm.weight', [hidden]],
    ...(tied ? [] : ([['lm_head.weight', [vocab, hidden]]] as [string, number[]][])),
    ...Array.from({ length: layers }, (_, i) =>
      Object.entries({
        'self_attn.q_proj.weight': [hidden, hidden],
        'self_attn.q_proj.bias': [hidden],
        'self_attn.k_proj.weight': [kv, hidden],
        'self_attn.k_proj.bias': [kv],
        'self_attn.v_proj.weight': [kv, hidden],
        'self_attn.v_proj.bias': [kv],
        'self_attn.o_proj.weight': [hidden, hidden],
        'mlp.gate_proj.weight': [ffn, hidden],
        'mlp.up_proj.weight': [ffn, hidden],
        'mlp.down_proj.weight': [hidden, ffn],
        'input_layernorm.weight': [hidden],
        'post_attention_layernorm.weight': [hidden],
      }).map(([name, shape]): [string, number[]] => [`model.layers.${i}.${name}`, shape]),
    ).flat(),
  ]
  const sizes = shapes.map(([, shape]) => shape.reduce((product, n) => product * n, 1))
  let offset = 0
  const entries = shapes.map(([name, shape], i) => {
    const begin = offset
    offset += 2 * sizes[i]!
    return [name, { dtype: 'BF16', shape, data_offsets: [begin, offset] }]
  })
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  const header = Buffer.alloc(8)
  header.writeBigUInt64LE(BigInt(json.length))
  const start = 8 + json.length
  const random = seededRandom(seed)
  // Upper halves of floats of magnitude about 2⁻⁷ and of either sign.
  const drawn = Uint16Array.from({ length: DRAWN }, () => 0x3c00 + random.integer(0x80) + 0x8000 * random.integer(2))
  const file = openSync(path.join(folder, 'model.safetensors'), 'w')
  try {
    writeSync(file, Buffer.concat([header, json]))
    let at = start
    for (const size of sizes) {
      writeSync(file, new Uint8Array(drawn.buffer, 0, 2 * Math.min(size, DRAWN)), 0, 2 * Math.min(size, DRAWN), at)
      at += 2 * size
    }
    ftruncateSync(file, at)
  } finally {
    closeSync(file)
  }
  return sizes.reduce((sum, size) => sum + size, 0)
}
