import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AudioLanguageConfig } from './architectures/audioLanguageModel.ts'
import type { AudioEncoderConfig } from './architectures/whisperEncoder.ts'
import { writeFolderAtomically } from './checkpoint/atomic.ts'
import type { WrittenDType } from './checkpoint/dtypes.ts'
import { readSafetensors, type Safetensors, type TensorToWrite, writeSafetensors } from './checkpoint/safetensors.ts'
import { ConfigError, section } from './config/fields.ts'
import { fromWhisperJson } from './config/whisper.ts'
import { fromConfigJson, toConfigJson } from './configFile.ts'
import { parametersOf } from './policy/index.ts'
import { type Random, sfc32 } from './random.ts'
import { redundantTensors } from './redundant.ts'
import { addSpecialTokens } from './tokenizer/addTokens.ts'
import { baseTemplate } from './tokenizer/baseFormat.ts'
import { chatTemplate } from './tokenizer/chatTemplate.ts'
import { audioTokenNames, chatTokenNames } from './tokenizer/specialTokens.ts'
import { openTokenizer } from './tokenizer/tokenizer.ts'
import { initialWeight } from './weights.ts'
import { checkedTensor, widenedTensor } from './widen.ts'

export interface ComposeOptions {
  /** Folder whose encoder hears: a Whisper, or an audio-language model. */
  readonly audio: string
  /** Folder of a language model. */
  readonly language: string
  /** Encoder positions averaged into one token: 2, as in Qwen2-Audio, is 25 tokens a second. */
  readonly pool?: number
  /** Draws the projector's first weights (0). */
  readonly seed?: number
  /** Its first weights, [hidden, width of the encoder] and [hidden], where they are known; drawn otherwise. */
  readonly projector?: { readonly weight: Float32Array; readonly bias: Float32Array }
  readonly dtype?: WrittenDType
  /** How it is spoken to: in turns with numbered clips (chat), or clip, prompt, answer, without roles (base). */
  readonly format?: 'chat' | 'base'
  /** Special tokens beside those around sound, such as `qwenAudioTokens`. */
  readonly tokens?: readonly string[]
  /** Id of the first of them; see `addSpecialTokens`. */
  readonly firstTokenId?: number
}

/**
 * Writes an audio-language model that is composed of an encoder, a fresh projector and a language model as one folder in
 * Qwen2-Audio's form, which `transformers` opens too (with a pool of 2). The language model gets the three tokens around
 * sound; their embeddings begin as the mean of all others, where no word points.
 *
 * @throws CheckpointError, ConfigError, TokenizerError for either folder
 */
export async function composeModel(out: string, options: ComposeOptions): Promise<AudioLanguageConfig> {
  const { language: place, pool = 2, seed = 0, dtype = 'F32' } = options
  const encoder = readEncoderOf(options.audio)
  const { config: found } = fromConfigJson(readJson(join(place, 'config.json')), join(place, 'config.json'))
  if (found.audio) throw new ConfigError(`${place}: hears already. Give a language model.`)
  const { files, vocab } = withTokens(place, found.language.vocab, options)
  const config = { audio: { ...encoder.config, pool }, language: { ...found.language, vocab } }
  const words = readSafetensors(place)
  const random = sfc32(seed)
  const tensors = new Map<string, TensorToWrite>()
  for (const [name, shape] of parametersOf(config)) {
    const [tower, ...rest] = name.split('.')
    const inner = rest.join('.')
    const data =
      tower === 'audio_tower'
        ? () => checkedTensor(encoder.tensors, encoder.prefix + inner, shape)
        : tower === 'language_model'
          ? () => widenedTensor(words, inner, shape, found.language.vocab)
          : firstProjector(name, shape, options.projector, random)
    tensors.set(name, { shape, data, dtype })
  }
  for (const { name, shape, of } of redundantTensors(config)) {
    tensors.set(name, typeof of === 'string' ? tensors.get(of)! : { shape, data: of, dtype })
  }
  await writeFolderAtomically(out, async (aside) => {
    const json = (name: string, value: object) => writeFile(join(aside, name), `${JSON.stringify(value, null, 2)}\n`)
    await json('config.json', {
      ...toConfigJson(config, openTokenizer(files).idOf('<|AUDIO|>')),
      torch_dtype: { F32: 'float32', F16: 'float16', BF16: 'bfloat16' }[dtype],
    })
    await json('tokenizer.json', files.tokenizer)
    await json('tokenizer_config.json', files.config)
    await json('preprocessor_config.json', {
      feature_extractor_type: 'WhisperFeatureExtractor',
      feature_size: config.audio.nMels,
      sampling_rate: 16_000,
      hop_length: 160,
      n_fft: 400,
      chunk_length: 30,
    })
    const generation = 'generation_config.json'
    if (existsSync(join(place, generation))) copyFileSync(join(place, generation), join(aside, generation))
    writeSafetensors(join(aside, 'model.safetensors'), tensors)
  })
  return config
}

/** @throws RangeError when weights that were given are not of the projector's size */
function firstProjector(name: string, shape: readonly number[], given: ComposeOptions['projector'], random: Random) {
  if (!given) return initialWeight(name, shape, 1, random)
  const values = name.endsWith('.bias') ? given.bias : given.weight
  const size = shape.reduce((product, n) => product * n, 1)
  if (values.length !== size) throw new RangeError(`${name}: ${values.length} numbers were given, it has ${size}.`)
  return values
}

/** The encoder of a Whisper or of an audio-language model: its shape, its tensors and what stands before their names. */
function readEncoderOf(folder: string): { config: AudioEncoderConfig; tensors: Safetensors; prefix: string } {
  const file = join(folder, 'config.json')
  const json = readJson(file)
  const tensors = readSafetensors(folder)
  if ([section(json, file).values.architectures].flat().includes('WhisperForConditionalGeneration')) {
    return { config: fromWhisperJson(json, file).audio, tensors, prefix: 'model.encoder.' }
  }
  const { audio } = fromConfigJson(json, file).config
  if (!audio) throw new ConfigError(`${folder}: hears nothing. Give a Whisper or an audio-language model.`)
  return { config: audio, tensors, prefix: 'audio_tower.' }
}

/** The tokenizer with the tokens around sound and those asked for, and how many rows the embedding must have. */
function withTokens(folder: string, vocab: number, { tokens = [], firstTokenId, format = 'chat' }: ComposeOptions) {
  const tokenizer = openTokenizer(folder)
  const lacking = chatTokenNames.find((token) => !tokenizer.has(token))
  if (lacking !== undefined) {
    throw new ConfigError(
      `${folder}: its tokenizer has no "${lacking}". A composed model speaks ChatML, as Qwen and SmolLM2 do.`,
    )
  }
  const hearing = addSpecialTokens(tokenizer.files(), audioTokenNames)
  const files = addSpecialTokens(hearing, tokens, firstTokenId === undefined ? {} : { firstId: firstTokenId })
  return {
    files: {
      tokenizer: files.tokenizer,
      config: { ...files.config, chat_template: format === 'base' ? baseTemplate() : chatTemplate() },
    },
    vocab: Math.max(vocab, openTokenizer(files).vocabSize),
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new ConfigError(`${file}: cannot be read (${(error as Error).message}).`)
  }
}
