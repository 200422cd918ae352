import { z } from 'zod'
import { TokenizerError } from './errors.ts'

const id = z.int().nonnegative()

/** The keys of `tokenizer.json` that are read here; the library looks at the rest. */
const tokenizerJson = z.looseObject({
  added_tokens: z
    .array(z.looseObject({ id, content: z.string().min(1), special: z.boolean().default(false) }))
    .default([]),
  decoder: z.looseObject({ type: z.string() }).nullish(),
  model: z.looseObject({
    type: z.literal('BPE'),
    vocab: z.record(z.string(), id),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  }),
})

export type TokenizerJson = z.infer<typeof tokenizerJson>

/** The parsed file, checked as far as it is used here. */
export function checkTokenizerJson(value: unknown, where: string): TokenizerJson {
  const result = tokenizerJson.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  throw new TokenizerError(
    `${where} ${issue.path.join('.')}: ${issue.message}. It must be a BPE tokenizer of Hugging Face.`,
  )
}

/**
 * The same tokenizer with no added token, in which no text can spell one. A vocabulary may list special tokens among
 * the ordinary ones (GPT-2 lists `<|endoftext|>`), so these and the merges that make them go too.
 */
export function withoutAddedTokens(json: TokenizerJson): TokenizerJson {
  const special = new Set(json.added_tokens.map((token) => token.content))
  const vocab = Object.fromEntries(Object.entries(json.model.vocab).filter(([token]) => !special.has(token)))
  const merges = json.model.merges.filter((merge) => {
    const [left, right] = typeof merge === 'string' ? merge.split(' ') : merge
    return !special.has(`${left}${right}`)
  })
  return { ...json, added_tokens: [], model: { ...json.model, vocab, merges } }
}
