import { TokenizerError } from './errors.ts'
import { checkTokenizerJson } from './tokenizerJson.ts'
import type { TokenizerFiles } from './train.ts'

export interface AddTokensOptions {
  /**
   * Id of the first new token. Ids between the vocabulary's end and it go to `<|extra_0|>`, `<|extra_1|>`, …, as Qwen's
   * own tokenizer keeps 205 in reserve. Default: the vocabulary's end.
   */
  readonly firstId?: number
}

/**
 * The tokenizer with more special tokens at its end, in the order given; a token that it has keeps its id.
 *
 * @throws TokenizerError when `firstId` lies within the vocabulary, or a token is empty or named twice
 * @example
 * // Qwen-Audio's released ids on Qwen's own vocabulary: 151851 … 155164
 * addSpecialTokens(files, qwenAudioTokens, { firstId: FIRST_QWEN_AUDIO_ID })
 */
export function addSpecialTokens(
  files: TokenizerFiles,
  tokens: readonly string[],
  options: AddTokensOptions = {},
): TokenizerFiles {
  const { model, added_tokens } = checkTokenizerJson(files.tokenizer, 'tokenizer')
  const known = new Map([
    ...Object.entries(model.vocab),
    ...added_tokens.map(({ content, id }) => [content, id] as const),
  ])
  const twice = tokens.find((token, i) => token === '' || tokens.indexOf(token) !== i)
  if (twice !== undefined) {
    throw new TokenizerError(
      twice === '' ? 'addSpecialTokens: a token is empty.' : `addSpecialTokens: "${twice}" is named twice.`,
    )
  }
  const missing = tokens.filter((token) => !known.has(token))
  if (missing.length === 0) return files
  const vocabSize = 1 + [...known.values()].reduce((most, id) => Math.max(most, id), -1)
  const firstId = options.firstId ?? vocabSize
  if (firstId < vocabSize) {
    throw new TokenizerError(
      `addSpecialTokens: firstId is ${firstId}, and ids up to ${vocabSize - 1} are taken. Give ${vocabSize} or more.`,
    )
  }
  const added = [...reserve(firstId - vocabSize, (token) => known.has(token)), ...missing].map((content, i) => ({
    id: vocabSize + i,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }))
  const json = files.tokenizer as { added_tokens?: object[] }
  return {
    tokenizer: { ...files.tokenizer, added_tokens: [...(json.added_tokens ?? []), ...added] },
    config: withDecoder(files.config as Record<string, unknown>, added),
  }
}

/** The next `count` tokens `<|extra_k|>` that are not taken. */
function reserve(count: number, has: (token: string) => boolean): string[] {
  const tokens: string[] = []
  for (let k = 0; tokens.length < count; k++) if (!has(`<|extra_${k}|>`)) tokens.push(`<|extra_${k}|>`)
  return tokens
}

/** `transformers` reads added tokens from `tokenizer_config.json` where it lists them. */
function withDecoder(config: Record<string, unknown>, added: readonly { id: number }[]): object {
  const { added_tokens_decoder: listed } = config
  if (typeof listed !== 'object' || listed === null) return config
  const more = Object.fromEntries(added.map(({ id, ...token }) => [id, token]))
  return { ...config, added_tokens_decoder: { ...listed, ...more } }
}
