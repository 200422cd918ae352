import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { halfToNumber, type TensorToWrite, writeSafetensors } from '../../models/index.ts'

/**
 * Whisper in CTranslate2's form (`model.bin`, format 6, 16-bit floats) → a Hugging Face folder. Names and joined
 * projections as CTranslate2's converter writes them (python/ctranslate2/converters/transformers.py, WhisperLoader).
 */
export function whisperFromCTranslate2(parts: readonly string[], data: string, folder: string): void {
  const found = readVariables(Buffer.concat(parts.map((part) => readFileSync(part))))
  const tensors = new Map<string, TensorToWrite>()
  const put = (name: string, from: string, rows?: [number, number]) => {
    const { shape, values } = found.get(from)!
    const stride = values.length / shape[0]!
    const [first, last] = rows ?? [0, shape[0]!]
    tensors.set(name, { shape: [last - first, ...shape.slice(1)], data: values.slice(first * stride, last * stride) })
  }
  const pair = (name: string, from: string) => {
    put(`${name}.weight`, `${from}/weight`)
    put(`${name}.bias`, `${from}/bias`)
  }
  const norm = (name: string, from: string) => {
    put(`${name}.weight`, `${from}/gamma`)
    put(`${name}.bias`, `${from}/beta`)
  }
  /** Projections that stand one below another in one matrix; Whisper's keys have no bias, here one of zeros. */
  const joined = (name: string, from: string, projections: readonly string[]) => {
    const width = found.get(`${from}/bias`)!.shape[0]! / projections.length
    for (const [i, projection] of projections.entries()) {
      put(`${name}.${projection}.weight`, `${from}/weight`, [i * width, (i + 1) * width])
      if (projection !== 'k_proj') put(`${name}.${projection}.bias`, `${from}/bias`, [i * width, (i + 1) * width])
    }
  }
  const count = (tower: string) =>
    new Set([...found.keys()].flatMap((name) => RegExp(`^${tower}/layer_(\\d+)/`).exec(name)?.[1] ?? [])).size
  for (const tower of ['encoder', 'decoder']) {
    for (let i = 0; i < count(tower); i++) {
      const [to, from] = [`model.${tower}.layers.${i}`, `${tower}/layer_${i}`]
      norm(`${to}.self_attn_layer_norm`, `${from}/self_attention/layer_norm`)
      joined(`${to}.self_attn`, `${from}/self_attention/linear_0`, ['q_proj', 'k_proj', 'v_proj'])
      pair(`${to}.self_attn.out_proj`, `${from}/self_attention/linear_1`)
      if (tower === 'decoder') {
        norm(`${to}.encoder_attn_layer_norm`, `${from}/attention/layer_norm`)
        pair(`${to}.encoder_attn.q_proj`, `${from}/attention/linear_0`)
        joined(`${to}.encoder_attn`, `${from}/attention/linear_1`, ['k_proj', 'v_proj'])
        pair(`${to}.encoder_attn.out_proj`, `${from}/attention/linear_2`)
      }
      norm(`${to}.final_layer_norm`, `${from}/ffn/layer_norm`)
      pair(`${to}.fc1`, `${from}/ffn/linear_0`)
      pair(`${to}.fc2`, `${from}/ffn/linear_1`)
    }
    put(`model.${tower}.embed_positions.weight`, `${tower}/position_encodings/encodings`)
    norm(`model.${tower}.layer_norm`, `${tower}/layer_norm`)
  }
  pair('model.encoder.conv1', 'encoder/conv1')
  pair('model.encoder.conv2', 'encoder/conv2')
  put('model.decoder.embed_tokens.weight', 'decoder/embeddings/weight')

  const width = found.get('decoder/embeddings/weight')!.shape[1]!
  const ffn = found.get('decoder/layer_0/ffn/linear_0/bias')!.shape[0]!
  const settings = JSON.parse(readFileSync(path.join(data, 'config.json'), 'utf8')) as Record<string, number[]>
  const vocab = found.get('decoder/embeddings/weight')!.shape[0]!
  const ids = { bos_token_id: 50_257, eos_token_id: 50_257, pad_token_id: 50_257, decoder_start_token_id: 50_258 }
  mkdirSync(folder, { recursive: true })
  const json = (name: string, value: object) => writeFileSync(path.join(folder, name), JSON.stringify(value, null, 2))
  writeSafetensors(path.join(folder, 'model.safetensors'), tensors)
  json('config.json', {
    architectures: ['WhisperForConditionalGeneration'],
    model_type: 'whisper',
    vocab_size: vocab,
    num_mel_bins: found.get('encoder/conv1/weight')!.shape[1],
    d_model: width,
    ...Object.fromEntries(
      ['encoder', 'decoder'].flatMap((tower) => [
        [`${tower}_layers`, count(tower)],
        [`${tower}_attention_heads`, width / 64],
        [`${tower}_ffn_dim`, ffn],
      ]),
    ),
    max_source_positions: 1500,
    max_target_positions: 448,
    ...ids,
  })
  const tokenizer = JSON.parse(readFileSync(path.join(data, 'tokenizer.json'), 'utf8')) as {
    added_tokens: { content: string; id: number }[]
  }
  const languages = tokenizer.added_tokens.filter(({ id }) => settings.lang_ids!.includes(id))
  json('generation_config.json', {
    ...ids,
    max_length: 448,
    is_multilingual: true,
    lang_to_id: Object.fromEntries(languages.map(({ content, id }) => [content, id])),
    task_to_id: { translate: 50_358, transcribe: 50_359 },
    no_timestamps_token_id: 50_363,
    suppress_tokens: settings.suppress_ids,
    begin_suppress_tokens: settings.suppress_ids_begin,
    max_initial_timestamp_index: 50,
  })
  copyFileSync(path.join(data, 'tokenizer.json'), path.join(folder, 'tokenizer.json'))
}

interface Variable {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

const FLOAT32 = 0
const FLOAT16 = 4

/** CTranslate2's file (src/models/model.cc): the name of the form, then variables, each with name, sizes, type and bytes. */
function readVariables(bytes: Buffer): Map<string, Variable> {
  let at = 4 + 2 + bytes.readUInt16LE(4) + 4 // behind the version, the name of the form and its revision
  const n = bytes.readUInt32LE(at)
  at += 4
  const found = new Map<string, Variable>()
  for (let i = 0; i < n; i++) {
    const nameLength = bytes.readUInt16LE(at)
    const name = bytes.toString('utf8', at + 2, at + 1 + nameLength) // ends with a zero byte
    at += 2 + nameLength
    const rank = bytes.readUInt8(at)
    const shape = Array.from({ length: rank }, (_, axis) => bytes.readUInt32LE(at + 1 + 4 * axis))
    const type = bytes.readUInt8(at + 1 + 4 * rank)
    const size = bytes.readUInt32LE(at + 2 + 4 * rank)
    at += 6 + 4 * rank
    const data = new Uint8Array(bytes.subarray(at, at + size)).buffer
    if (type === FLOAT32) found.set(name, { shape, values: new Float32Array(data) })
    if (type === FLOAT16) found.set(name, { shape, values: Float32Array.from(new Uint16Array(data), halfToNumber) })
    at += size
  }
  return found
}
