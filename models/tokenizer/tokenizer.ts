import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Tokenizer as Library } from '@huggingface/tokenizers'
import { closest } from 'fastest-levenshtein'
import { byteOfCharacter } from './byteLevel.ts'
import { TokenizerError } from './errors.ts'
import { checkTokenizerJson, type TokenizerJson, withoutAddedTokens } from './tokenizerJson.ts'
import type { TokenizerFiles } from './train.ts'

export interface EncodeOptions {
  /**
   * What to do with text that spells a special token such as `<|im_start|>`: `'recognise'` makes it that token,
   * `'forbid'` encodes it like any other text, a set recognises just its members.
   */
  special: 'recognise' | 'forbid' | ReadonlySet<string>
}

export interface DecodeOptions {
  /** Leave special tokens out. Default false. */
  skipSpecial?: boolean
}

export interface StreamDecoder {
  /** The text that this token completes: '' while a character still lacks bytes. */
  push(id: number): string
  /** What is left at the end; a character cut short becomes U+FFFD. */
  end(): string
}

export interface Tokenizer {
  encode(text: string, options: EncodeOptions): number[]
  /** @throws TokenizerError for an id that no token has */
  decode(ids: readonly number[], options?: DecodeOptions): string
  /** @throws TokenizerError when there is no such token; suggests the nearest special one */
  idOf(token: string): number
  has(token: string): boolean
  /** Special tokens and their ids. */
  special: ReadonlyMap<string, number>
  /** One more than the largest id: the fewest rows an embedding must have. */
  vocabSize: number
  /** Decodes token by token; the pieces joined equal `decode` of all of them, and no character is split. */
  streamDecoder(options?: DecodeOptions): StreamDecoder
  /** The two files to save, as they were read. */
  files(): TokenizerFiles
}

/**
 * Opens a tokenizer from a Hugging Face folder (`tokenizer.json`, and `tokenizer_config.json` if there) or from the
 * two parsed files. Encoding is that of `@huggingface/tokenizers`, without the post-processor's extra tokens: a prompt
 * holds what `renderChat` put there and nothing else.
 *
 * @throws TokenizerError when a file is missing, is not JSON or is no tokenizer that this reads
 * @example
 * const tokenizer = openTokenizer(trainTokenizer(['a dog barks'], { vocab: 262 }))
 * tokenizer.decode(tokenizer.encode('a dog', { special: 'forbid' })) // 'a dog'
 */
export function openTokenizer(source: string | TokenizerFiles): Tokenizer {
  const files = typeof source === 'string' ? readFiles(source) : source
  const where = typeof source === 'string' ? join(source, 'tokenizer.json') : 'tokenizer'
  const json = checkTokenizerJson(files.tokenizer, where)
  const full = construct(json, files.config, where)
  let plain: Library | undefined // a second vocabulary, so only when text must not spell special tokens

  const special = new Map(json.added_tokens.filter((token) => token.special).map(({ content, id }) => [content, id]))
  const specialIds = new Set(special.values())
  const addedIds = new Set(json.added_tokens.map((token) => token.id))
  const vocabSize = Math.max(-1, ...addedIds, largestId(json)) + 1
  const splitters = new WeakMap<ReadonlySet<string>, RegExp>()

  const tokenOf = (id: number): string => {
    const token = full.id_to_token(id)
    if (token === undefined)
      throw new TokenizerError(`${where}: no token has the id ${id}. Ids go from 0 to ${vocabSize - 1}.`)
    return token
  }
  const encodePlain = (text: string): number[] => {
    plain ??= construct(withoutAddedTokens(json), files.config, where)
    return plain.encode(text, { add_special_tokens: false }).ids
  }
  const encodeWith = (text: string, allowed: ReadonlySet<string>): number[] => {
    const splitter = splitters.get(allowed) ?? splitterOf([...allowed].filter((token) => special.has(token)))
    splitters.set(allowed, splitter)
    return text.split(splitter).flatMap((piece, i) => (i % 2 === 1 ? [special.get(piece)!] : encodePlain(piece)))
  }

  return {
    special,
    vocabSize,
    encode(text, options) {
      if (options.special === 'recognise') return full.encode(text, { add_special_tokens: false }).ids
      return options.special === 'forbid' ? encodePlain(text) : encodeWith(text, options.special)
    },
    decode(ids, { skipSpecial = false } = {}) {
      for (const id of ids) tokenOf(id)
      const kept = skipSpecial ? ids.filter((id) => !specialIds.has(id)) : [...ids]
      // The library would also drop the space before punctuation unless told not to; a byte-level text keeps its own.
      const cleanUp = (files.config as { clean_up_tokenization_spaces?: boolean }).clean_up_tokenization_spaces ?? false
      return kept.length === 0 ? '' : full.decode(kept, { clean_up_tokenization_spaces: cleanUp })
    },
    idOf(token) {
      const id = full.token_to_id(token)
      if (id !== undefined) return id
      const nearest = special.size > 0 ? ` Did you mean "${closest(token, [...special.keys()])}"?` : ''
      throw new TokenizerError(`${where}: no token "${token}".${nearest}`)
    },
    has: (token) => full.token_to_id(token) !== undefined,
    streamDecoder({ skipSpecial = false } = {}) {
      if (json.decoder?.type !== 'ByteLevel')
        throw new TokenizerError(
          `${where}: cannot stream a ${json.decoder?.type ?? 'missing'} decoder, only ByteLevel.`,
        )
      const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
      return {
        push(id) {
          const token = tokenOf(id)
          if (skipSpecial && specialIds.has(id)) return ''
          if (addedIds.has(id)) return utf8.decode() + token
          return utf8.decode(
            Uint8Array.from(token, (character) => byteOfCharacter.get(character)!),
            { stream: true },
          )
        },
        end: () => utf8.decode(),
      }
    },
    files: () => files,
  }
}

function readFiles(folder: string): TokenizerFiles {
  const tokenizer = readJson(join(folder, 'tokenizer.json'))
  if (!tokenizer)
    throw new TokenizerError(`${folder}: no tokenizer.json. Give a folder that holds one, saved by transformers ≥ 4.`)
  return { tokenizer, config: readJson(join(folder, 'tokenizer_config.json')) ?? {} }
}

function readJson(file: string): object | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new TokenizerError(`${file}: cannot be read (${(error as Error).message}).`)
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch (error) {
    throw new TokenizerError(`${file}: not JSON (${(error as Error).message}).`)
  }
  throw new TokenizerError(`${file}: expected a JSON object, got ${text.slice(0, 20)}.`)
}

function construct(json: object, config: object, where: string): Library {
  try {
    return new Library(json, config)
  } catch (error) {
    throw new TokenizerError(
      `${where}: not a tokenizer that @huggingface/tokenizers reads (${(error as Error).message}).`,
    )
  }
}

function largestId(json: TokenizerJson): number {
  let largest = -1
  for (const id of Object.values(json.model.vocab)) if (id > largest) largest = id
  return largest
}

/** Longest first, so that of two tokens starting alike the longer is found, as Hugging Face's splitter does. */
function splitterOf(tokens: string[]): RegExp {
  if (tokens.length === 0) return /(?!)/
  const escaped = tokens
    .toSorted((a, b) => b.length - a.length)
    .map((token) => token.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
  return new RegExp(`(${escaped.join('|')})`)
}
