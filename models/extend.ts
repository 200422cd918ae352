import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFolderAtomically } from './checkpoint/atomic.ts'
import type { WrittenDType } from './checkpoint/dtypes.ts'
import { readSafetensors, type TensorToWrite, writeSafetensors } from './checkpoint/safetensors.ts'
import { ConfigError, section } from './config/fields.ts'
import { fromConfigJson } from './configFile.ts'
import { addSpecialTokens } from './tokenizer/addTokens.ts'
import { openTokenizer } from './tokenizer/tokenizer.ts'
import { isWordTable, widenedTensor } from './widen.ts'

export interface ExtendOptions {
  /** Folder of a language model or an audio-language model. */
  readonly model: string
  /** Special tokens to add, such as `qwenAudioTokens`; those that are there stay. */
  readonly tokens: readonly string[]
  /** Id of the first new one; see `addSpecialTokens`. */
  readonly firstTokenId?: number
}

/** Files beside the weights that a wider vocabulary leaves as they are. */
const KEPT = ['preprocessor_config.json', 'processor_config.json', 'generation_config.json', 'chat_template.jinja']

/**
 * Writes a model with more tokens as a folder: tokenizer, config, and tables of words with rows for them; every other
 * weight, and every old row, as it was. Returns the new number of rows, which is the old one where it has room for all.
 *
 * @throws CheckpointError, ConfigError, TokenizerError
 */
export async function extendModel(out: string, { model, tokens, firstTokenId }: ExtendOptions): Promise<number> {
  const file = join(model, 'config.json')
  const json = readJson(file)
  const { language } = fromConfigJson(json, file).config
  const known = openTokenizer(model).files()
  const files = addSpecialTokens(known, tokens, firstTokenId === undefined ? {} : { firstId: firstTokenId })
  const vocab = Math.max(language.vocab, openTokenizer(files).vocabSize)
  const stored = readSafetensors(model)
  const tensors = new Map<string, TensorToWrite>()
  for (const [name, { shape, dtype }] of stored.tensors) {
    const rows = isWordTable(name) ? [vocab, ...shape.slice(1)] : shape
    const data = () => widenedTensor(stored, name, rows, language.vocab)
    tensors.set(name, { shape: rows, data, dtype: dtype as WrittenDType })
  }
  await writeFolderAtomically(out, async (aside) => {
    const write = (name: string, value: object) => writeFile(join(aside, name), `${JSON.stringify(value, null, 2)}\n`)
    await write('config.json', withVocab(json, vocab))
    await write('tokenizer.json', files.tokenizer)
    await write('tokenizer_config.json', files.config)
    for (const name of KEPT) if (existsSync(join(model, name))) copyFileSync(join(model, name), join(aside, name))
    writeSafetensors(join(aside, 'model.safetensors'), tensors, { format: 'pt' })
  })
  return vocab
}

/** The config with its number of rows, at the top or in the part about text; everything else stays. */
function withVocab(json: object, vocab: number): object {
  const { text_config: text } = json as { text_config?: object }
  return {
    ...json,
    ...(text ? { text_config: { ...text, vocab_size: vocab } } : {}),
    ...(!text || 'vocab_size' in json ? { vocab_size: vocab } : {}),
  }
}

function readJson(file: string): object {
  try {
    return section(JSON.parse(readFileSync(file, 'utf8')), file).values
  } catch (error) {
    throw error instanceof ConfigError
      ? error
      : new ConfigError(`${file}: cannot be read (${(error as Error).message}).`)
  }
}
