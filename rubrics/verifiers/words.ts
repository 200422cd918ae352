/** Letters of scripts written without spaces between words; a neighbour of such a letter says nothing about a word's end. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}'
const IN_WORD = `(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}_])`
const unspaced = new RegExp(`[${UNSPACED}]`, 'u')
const segmenter = new Intl.Segmenter('und', { granularity: 'word' })

/** Text in one form, for comparison: composed letters, one case, plain apostrophes. */
export const fold = (text: string): string =>
  text.normalize('NFC').replaceAll(/[‘’ʼ]/g, "'").toUpperCase().toLowerCase().normalize('NFC')

/**
 * Number of words as a person counts them: runs without spaces or dashes (— –) that hold a letter or a digit, so "well-known" and "don't" are
 * one. In scripts written without spaces, words by Unicode's segmentation (UAX 29, with ICU's dictionaries).
 */
export function countWords(text: string): number {
  return text.split(/[\s\u2013\u2014]+/u).reduce((sum, run) => {
    if (!/[\p{L}\p{N}]/u.test(run)) return sum
    return sum + (unspaced.test(run) ? [...segmenter.segment(run)].filter((part) => part.isWordLike).length : 1)
  }, 0)
}

/** Where a phrase stands in a folded text: [from, to) offsets, in order, without overlap. */
export function findPhrase(folded: string, phrase: string, options: { plural?: boolean } = {}): [number, number][] {
  return [...folded.matchAll(phrasePattern(phrase, options.plural ?? false))].map((match) => [
    match.index,
    match.index + match[0].length,
  ])
}

/** The phrases of a list that a folded text mentions. */
export const mentioned = (folded: string, phrases: readonly string[], options: { plural?: boolean } = {}): string[] =>
  phrases.filter((phrase) => findPhrase(folded, phrase, options).length > 0)

export const quoted = (phrases: readonly string[]): string => phrases.map((phrase) => JSON.stringify(phrase)).join(', ')

/** Whole words only; one or more spaces or hyphens between the words of a phrase. */
function phrasePattern(phrase: string, plural: boolean): RegExp {
  const words = fold(phrase).trim().split(/\s+/u)
  const source = words.map((word, i) => escaped(word) + (plural && i === words.length - 1 ? pluralEnding(word) : ''))
  // "y" gives way to "ies" by an alternative, so the bare word must be tried too
  const last = words.at(-1)!
  if (plural && /[^aeiou]y$/.test(last)) source[source.length - 1] = `${escaped(last.slice(0, -1))}(?:y|ies)`
  return new RegExp(`(?<!${IN_WORD})${source.join('[\\s\\p{Pd}]+')}(?!${IN_WORD})`, 'gu')
}

const pluralEnding = (word: string): string => (/(?:s|x|z|ch|sh)$/.test(word) ? '(?:es)?' : '(?:e?s)?')

const escaped = (text: string): string =>
  text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, (sign) => (sign === '-' ? '[-]' : `\\${sign}`))
