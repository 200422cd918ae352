/** Letters of scripts written without spaces between words; a neighbour of such a letter says nothing about a word's end. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}'
const IN_WORD = `(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}_])`
const unspaced = new RegExp(`[${UNSPACED}]`, 'u')
const segmenter = new Intl.Segmenter('und', { granularity: 'word' })

/** Text in one form, for comparison: one case (ß is ss, ς is σ), plain apostrophes, composed letters. */
export const fold = (text: string): string =>
  text.normalize('NFC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').replaceAll(/[‘’ʼ]/g, "'").normalize('NFC')

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

/** Whole words only; spaces or hyphens between the words of a phrase. */
function phrasePattern(phrase: string, plural: boolean): RegExp {
  const words = fold(phrase)
    .trim()
    .split(/\s+|(?<=\S)\p{Pd}+(?=\S)/u)
  const last = words.pop()!
  const source = [...words.map(escaped), plural ? withPlural(last) : escaped(last)].join('[\\s\\p{Pd}]+')
  const first = [...(words[0] ?? last)][0]!
  const before = unspaced.test(first) ? '' : `(?<!${IN_WORD})`
  const after = unspaced.test([...last].at(-1)!) ? '' : `(?!${IN_WORD})`
  return new RegExp(`${before}${source}${after}`, 'gu')
}

/** A word or its regular English plural: dogs, boxes, babies. */
function withPlural(word: string): string {
  if (/[^aeiou]y$/.test(word)) return `${escaped(word.slice(0, -1))}(?:y|ies)`
  return escaped(word) + (/(?:s|x|z|ch|sh)$/.test(word) ? '(?:es)?' : '(?:e?s)?')
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
