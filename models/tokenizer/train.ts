import { byteAlphabet, characterOfByte, qwenSplit, qwenSplitPattern } from './byteLevel.ts'
import { chatTemplate } from './chatTemplate.ts'
import { TokenizerError } from './errors.ts'
import { type CountedWord, learnMerges } from './merges.ts'
import { audioTokenNames, chatTokenNames } from './specialTokens.ts'

/** The two files of a tokenizer, as parsed JSON: `tokenizer.json` and `tokenizer_config.json`. */
export interface TokenizerFiles {
  tokenizer: object
  config: object
}

export interface TrainTokenizerOptions {
  /** Most tokens in all, special ones included; at least 256 bytes + the special ones. A small corpus gives fewer. */
  vocab: number
  /** More special tokens, for instance task tags such as `<|startofanalysis|>`; they follow the built-in six. */
  extraSpecial?: readonly string[]
  /** A pair seen less often is never merged. Default 2: a pair seen once is a memory, not a pattern. */
  minCount?: number
}

/**
 * Trains a byte-level BPE tokenizer and returns it in the shape of Qwen2's, so that `transformers` of either language
 * loads it: NFC, Qwen2's splitter, all 256 bytes (any text can be encoded), then the special tokens. The same lines
 * give the same files, byte for byte.
 *
 * @throws TokenizerError when `vocab` cannot hold the bytes and special tokens, or a special token is empty or named twice
 * @example
 * const files = trainTokenizer(['a dog barks', 'a dog howls'], { vocab: 300 })
 * const tokenizer = openTokenizer(files)
 */
export function trainTokenizer(corpus: Iterable<string>, options: TrainTokenizerOptions): TokenizerFiles {
  const special = [...chatTokenNames, ...audioTokenNames, ...(options.extraSpecial ?? [])]
  checkSpecial(special)
  const smallest = byteAlphabet.length + special.length
  if (!Number.isInteger(options.vocab) || options.vocab < smallest || options.vocab > 2 ** 20)
    throw new TokenizerError(
      `trainTokenizer: vocab is ${options.vocab}. It must be a whole number from ${smallest} (256 bytes and ${special.length} special tokens) to ${2 ** 20}.`,
    )

  const tokens = byteAlphabet.map(([character]) => character)
  const idOf = new Map(tokens.map((token, id) => [token, id]))
  const room = options.vocab - special.length
  const merges: [string, string][] = []
  const mergedId = (left: number, right: number) => idOf.get(tokens[left]! + tokens[right]!)!
  for (const [left, right] of learnMerges(countWords(corpus, idOf), mergedId, options.minCount ?? 2)) {
    const joined = tokens[left]! + tokens[right]!
    if (!idOf.has(joined)) {
      if (tokens.length >= room) break
      idOf.set(joined, tokens.length)
      tokens.push(joined)
    }
    merges.push([tokens[left]!, tokens[right]!])
  }
  return describe(idOf, merges, special)
}

function checkSpecial(special: readonly string[]): void {
  const seen = new Set<string>()
  for (const token of special) {
    if (token.length === 0) throw new TokenizerError('trainTokenizer: a special token is empty. Give it a name.')
    if (seen.has(token)) throw new TokenizerError(`trainTokenizer: special token "${token}" is named twice. Keep one.`)
    seen.add(token)
  }
}

function countWords(corpus: Iterable<string>, idOf: ReadonlyMap<string, number>): CountedWord[] {
  const counts = new Map<string, number>()
  for (const line of corpus)
    for (const [word] of line.normalize('NFC').matchAll(qwenSplit)) counts.set(word, (counts.get(word) ?? 0) + 1)
  const utf8 = new TextEncoder()
  return [...counts].map(([word, count]) => ({
    ids: Array.from(utf8.encode(word), (byte) => idOf.get(characterOfByte[byte]!)!),
    count,
  }))
}

function describe(vocab: Map<string, number>, merges: [string, string][], special: readonly string[]): TokenizerFiles {
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
  const added = special.map((content, i) => ({ id: vocab.size + i, content, ...flags }))
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false }
  return {
    tokenizer: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: { type: 'NFC' },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: qwenSplitPattern }, behavior: 'Isolated', invert: false },
          byteLevel,
        ],
      },
      post_processor: byteLevel,
      decoder: byteLevel,
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: '',
        end_of_word_suffix: '',
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(vocab),
        merges,
      },
    },
    config: {
      tokenizer_class: 'Qwen2Tokenizer',
      add_bos_token: false,
      add_prefix_space: false,
      added_tokens_decoder: Object.fromEntries(added.map(({ id, ...token }) => [id, token])),
      additional_special_tokens: special.slice(1),
      bos_token: null,
      eos_token: '<|im_end|>',
      pad_token: '<|endoftext|>',
      unk_token: null,
      errors: 'replace',
      split_special_tokens: false,
      clean_up_tokenization_spaces: false,
      model_max_length: 32768,
      chat_template: chatTemplate(),
    },
  }
}
