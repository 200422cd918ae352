import type { Language } from '../tags/index.ts'

/**
 * How a task is asked in one language. `{language}` stands for the language of the answer, `{phrase}` for what is looked
 * for, `{question}` and `{choices}` for what is asked.
 */
export interface Wordings {
  /** What training draws from. */
  readonly train: readonly [string, ...string[]]
  /** Never trained on: asked by evaluations that want to know whether a prompt was understood or known by heart. */
  readonly heldOut: readonly [string, ...string[]]
}

/** Wordings by the language that they are written in; English always is there. */
export type PromptBank = Readonly<Partial<Record<Language, Wordings>>> & { readonly en: Wordings }

export const PARAPHRASES = ['train', 'held-out', 'all'] as const
export type Paraphrases = (typeof PARAPHRASES)[number]

/** The wordings of a bank in one language; English where it has none in that language. */
export function wordingsOf(bank: PromptBank, language: Language, paraphrases: Paraphrases): readonly string[] {
  const { train, heldOut } = bank[language] ?? bank.en
  if (paraphrases === 'all') return [...train, ...heldOut]
  return paraphrases === 'train' ? train : heldOut
}

/** A wording with its places filled in. @throws Error for a place that nothing is given for: a fault of the bank */
export function fillWording(wording: string, values: Readonly<Record<string, string | undefined>>): string {
  return wording.replaceAll(/\{(\w+)\}/g, (_, place: string) => {
    const value = values[place]
    if (value === undefined) throw new Error(`internal: the wording "${wording}" has the place {${place}}, unfilled.`)
    return value
  })
}

/** Name of a language in another one: "German", "allemand". */
export function languageName(language: Language, inLanguage: Language): string {
  const code = (tag: Language) => (tag === 'zh_tr' ? 'zh-Hant' : tag)
  return new Intl.DisplayNames([code(inLanguage)], { type: 'language' }).of(code(language)) ?? language
}
