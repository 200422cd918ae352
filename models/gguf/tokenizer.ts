import { ConfigError } from '../config/fields.ts'
import type { TokenizerFiles } from '../tokenizer/train.ts'
import type { GgufFile } from './file.ts'

/** ggml's kinds of tokens that a text may not be cut into: control, and those that a user added. */
const CONTROL = 3
const USER_DEFINED = 4

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
const llamaSplit = (digits: string) =>
  `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`

const byteLevel = (useRegex: boolean) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
})
const splitBy = (pattern: string) => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
    byteLevel(false),
  ],
})

/** How text is cut before merging, by `tokenizer.ggml.pre` (llama.cpp, src/llama-vocab.cpp). */
const CUTS: Readonly<Record<string, { preTokenizer: object; normalizer?: object; ignoreMerges?: boolean }>> = {
  'gpt-2': { preTokenizer: byteLevel(true) },
  smollm: {
    preTokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel(true)] },
  },
  'llama-bpe': { preTokenizer: splitBy(llamaSplit('\\p{N}{1,3}')), ignoreMerges: true },
  qwen2: { preTokenizer: splitBy(llamaSplit('\\p{N}')), normalizer: { type: 'NFC' } },
}

/**
 * The tokenizer of a GGUF file as `tokenizer.json` and `tokenizer_config.json`, chat template included.
 *
 * @throws ConfigError for a vocabulary that is no byte-level BPE, or one whose text is cut in a way that is not known here
 */
export function ggufTokenizer({ file, metadata }: GgufFile): TokenizerFiles {
  const at = (key: string) => metadata[`tokenizer.ggml.${key}`]
  if (at('model') !== 'gpt2') {
    throw new ConfigError(
      `${file}: tokenizer.ggml.model is ${JSON.stringify(at('model'))}. Supported: "gpt2" (byte-level BPE).`,
    )
  }
  const pre = at('pre') ?? 'gpt-2'
  const cut = typeof pre === 'string' && Object.hasOwn(CUTS, pre) ? CUTS[pre] : undefined
  if (!cut) {
    throw new ConfigError(
      `${file}: tokenizer.ggml.pre is ${JSON.stringify(pre)}. Supported: ${Object.keys(CUTS).join(', ')}.`,
    )
  }
  const tokens = strings(file, 'tokens', at('tokens'))
  const merges = strings(file, 'merges', at('merges'))
  const kinds = Array.isArray(at('token_type')) ? (at('token_type') as number[]) : []
  const added = tokens.flatMap((content, id) =>
    kinds[id] === CONTROL || kinds[id] === USER_DEFINED
      ? [
          {
            id,
            content,
            single_word: false,
            lstrip: false,
            rstrip: false,
            normalized: false,
            special: kinds[id] === CONTROL,
          },
        ]
      : [],
  )
  return {
    tokenizer: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: cut.normalizer ?? null,
      pre_tokenizer: cut.preTokenizer,
      post_processor: null,
      decoder: byteLevel(true),
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: cut.ignoreMerges ?? false,
        // Added tokens too: transformers numbers those anew that the vocabulary does not hold.
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        merges,
      },
    },
    config: {
      tokenizer_class: 'PreTrainedTokenizerFast',
      clean_up_tokenization_spaces: false,
      ...named('bos_token', tokens[Number(at('bos_token_id'))]),
      ...named('eos_token', tokens[Number(at('eos_token_id'))]),
      ...named('pad_token', tokens[Number(at('padding_token_id'))]),
      ...named('unk_token', tokens[Number(at('unknown_token_id'))]),
      ...named('chat_template', metadata['tokenizer.chat_template']),
    },
  }
}

const named = (key: string, value: unknown) => (typeof value === 'string' ? { [key]: value } : {})

function strings(file: string, key: string, value: unknown): string[] {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
  throw new ConfigError(`${file}: tokenizer.ggml.${key} is missing or no list of texts.`)
}
