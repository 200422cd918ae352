import { closest } from 'fastest-levenshtein'
import type { Tokenizer, TranscriptTokens } from '../../models/index.ts'
import { UsageError } from '../errors.ts'

export interface Speech extends TranscriptTokens {
  /** Language code → its token; empty for a model of English alone. */
  readonly languages: ReadonlyMap<string, number>
  readonly tasks: Readonly<Record<'transcribe' | 'translate', number>>
}

/** Vocabulary of the models of several languages; those of English alone have a token less. */
const MULTILINGUAL = 51_865

/**
 * The tokens of a Whisper, by its tokenizer and its parsed `generation_config.json` (an empty object where there is none:
 * the lists of suppressed tokens are then empty).
 */
export function speechTokens(
  tokenizer: Tokenizer,
  generation: Readonly<Record<string, unknown>>,
  vocab: number,
): Speech {
  const list = (key: string) => (Array.isArray(generation[key]) ? (generation[key] as number[]) : [])
  const start = tokenizer.idOf('<|startoftranscript|>')
  const translate = tokenizer.idOf('<|translate|>')
  const isMultilingual = generation.is_multilingual ?? vocab >= MULTILINGUAL
  const languages = [...tokenizer.special].flatMap(([token, id]) => {
    const code = /^<\|([a-z]{2,3})\|>$/.exec(token)?.[1]
    return code !== undefined && id > start && id < translate ? [[code, id] as const] : []
  })
  const noTimestamps = tokenizer.idOf('<|notimestamps|>')
  const first = generation.max_initial_timestamp_index
  return {
    start,
    end: tokenizer.idOf('<|endoftext|>'),
    noTimestamps,
    firstTimestamp: noTimestamps + 1,
    suppressed: list('suppress_tokens'),
    suppressedFirst: list('begin_suppress_tokens'),
    maxFirstTimestamp: typeof first === 'number' ? first : null,
    languages: new Map(isMultilingual ? languages : []),
    tasks: { translate, transcribe: tokenizer.idOf('<|transcribe|>') },
  }
}

/** The code of a language that a person names by it or in English. @throws UsageError, suggesting the nearest */
export function languageCode(asked: string, { languages }: Speech): string {
  const word = asked.toLowerCase()
  if (languages.has(word)) return word
  const names = new Intl.DisplayNames(['en'], { type: 'language' })
  const codes = new Map([...languages.keys()].map((code) => [names.of(code)?.toLowerCase() ?? code, code]))
  const found = codes.get(word)
  if (found !== undefined) return found
  if (languages.size === 0) throw new UsageError(`language "${asked}": the model knows English alone. Leave it out.`)
  const near = word.length > 3 ? closest(word, [...codes.keys()]) : closest(word, [...languages.keys()])
  throw new UsageError(`language "${asked}": none of the model's ${languages.size}. Did you mean "${near}"?`)
}
