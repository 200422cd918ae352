import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LanguageConfig } from '../architectures/decoder.ts'
import { headDimOf } from '../architectures/decoder.ts'
import { writeFolderAtomically } from '../checkpoint/atomic.ts'
import type { WrittenDType } from '../checkpoint/dtypes.ts'
import { CheckpointError } from '../checkpoint/errors.ts'
import { type TensorToWrite, writeSafetensors } from '../checkpoint/safetensors.ts'
import { toConfigJson } from '../configFile.ts'
import { ggufConfig } from './config.ts'
import { openGguf } from './file.ts'
import { checkpointName } from './names.ts'
import { ggufTokenizer } from './tokenizer.ts'

export interface ImportedModel {
  readonly config: LanguageConfig
  readonly nParameters: number
  /** How many tensors were packed how. */
  readonly types: Readonly<Record<string, number>>
}

/**
 * Writes the model of a GGUF file as a Hugging Face folder: config, weights, tokenizer, chat template. `dtype` is what the
 * weights are written as: F32, the default, holds every packed number exactly.
 *
 * @throws CheckpointError, ConfigError when the file is damaged or holds what is not supported; the folder is then not there
 * @example await importGguf('SmolLM2-135M-Instruct.Q4_1.gguf', 'models/smollm2')
 */
export async function importGguf(
  file: string,
  folder: string,
  { dtype = 'F32' }: { dtype?: WrittenDType } = {},
): Promise<ImportedModel> {
  const opened = await openGguf(file)
  const config = ggufConfig(opened)
  const { tokenizer, config: tokenizerConfig } = ggufTokenizer(opened)
  const types: Record<string, number> = {}
  const tensors = new Map<string, TensorToWrite>()
  let nParameters = 0
  for (const { name, shape, type } of opened.tensors.values()) {
    if (name === 'rope_freqs.weight') continue // in the config
    const named = checkpointName(name)
    if (!named) throw new CheckpointError(file, name, 'is no tensor of a supported decoder.')
    types[type] = (types[type] ?? 0) + 1
    nParameters += shape.reduce((product, n) => product * n, 1)
    const heads = isRotated(config, name)
    tensors.set(named, { shape, dtype, data: () => (heads ? rotated(opened.read(name), heads) : opened.read(name)) })
  }
  const ids = { bos: 'bos', eos: 'eos', pad: 'padding' }
  const special = Object.fromEntries(
    Object.entries(ids).flatMap(([key, theirs]) => {
      const id = opened.metadata[`tokenizer.ggml.${theirs}_token_id`]
      return typeof id === 'number' ? [[`${key}_token_id`, id]] : []
    }),
  )
  await writeFolderAtomically(folder, async (aside) => {
    const json = (name: string, value: object) => writeFile(join(aside, name), `${JSON.stringify(value, null, 2)}\n`)
    const dtypeName = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' }[dtype]
    await json('config.json', {
      ...toConfigJson({ audio: null, language: config }, -1),
      ...special,
      torch_dtype: dtypeName,
    })
    await json('generation_config.json', special)
    await json('tokenizer.json', tokenizer)
    await json('tokenizer_config.json', tokenizerConfig)
    writeSafetensors(join(aside, 'model.safetensors'), tensors)
  })
  return { config, nParameters, types }
}

/** Heads of a query or key projection of Llama's: llama.cpp lays their rows out in the pairs that are rotated together. */
function isRotated(config: LanguageConfig, name: string): { n: number; width: number } | undefined {
  const isLlama = config.qkvBias === false && !config.qkNorm
  const part = /\.attn_([qk])\.weight$/.exec(name)?.[1]
  if (!isLlama || !part) return undefined
  return { n: part === 'q' ? config.nHeads : config.nKvHeads, width: headDimOf(config) }
}

/** Rows 2i and 2i + 1 of every head go to i and i + width/2, as Hugging Face has them (convert_hf_to_gguf.py, `permute`). */
function rotated(values: Float32Array, { n, width }: { n: number; width: number }): Float32Array {
  const nIn = values.length / (n * width)
  const result = new Float32Array(values.length)
  for (let head = 0; head < n; head++) {
    for (let row = 0; row < width; row++) {
      const from = (head * width + row) * nIn
      const to = head * width + (row >> 1) + (row & 1) * (width / 2)
      result.set(values.subarray(from, from + nIn), to * nIn)
    }
  }
  return result
}
