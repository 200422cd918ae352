/**
 * Letters of scripts written without spaces between words; a neighbour of such a letter says nothing about a word's
 * end.
 */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}'
const unspaced = new RegExp(`[${UNSPACED}]`, 'u')
const spaced = new RegExp(`(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}_]`, 'u')
const segmenter = new Intl.Segmenter('und', { granularity: 'word' })

/** Text in one form, for comparison: one case (ß is ss, ς is σ), plain apostrophes, composed letters. */
export const fold = (text: string): string =>
  text
    .normalize('NFC')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replaceAll(/[‘’ʼ]/g, "'")
    .normalize('NFC')

/**
 * Number of words as a person counts them: runs without spaces or dashes (— –) that hold a letter or a digit, so
 * "well-known" and "don't" are one. In scripts written without spaces, words by Unicode's segmentation (UAX 29, with
 * ICU's dictionaries).
 */
export function countWords(text: string): number {
  return text.split(/[\s\u2013\u2014]+/u).reduce((sum, run) => {
    if (!/[\p{L}\p{N}]/u.test(run)) return sum
    return sum + (unspaced.test(run) ? countSegments(run) : 1)
  }, 0)
}

/** In pieces, because V8 copies the whole string for every segment of it. */
function countSegments(run: string): number {
  const pieces = run.match(/[\p{L}\p{N}\p{M}'’]{1,500}/gu) ?? []
  return pieces.reduce((sum, piece) => sum + [...segmenter.segment(piece)].filter((part) => part.isWordLike).length, 0)
}

/** Where a phrase stands in a folded text as whole words: [from, to) offsets, in order, without overlap. */
export function findPhrase(folded: string, phrase: string, options: { plural?: boolean } = {}): [number, number][] {
  const pattern = phrasePattern(phrase, options.plural ?? false)
  const found: [number, number][] = []
  for (let match = pattern.exec(folded); match !== null; match = pattern.exec(folded)) {
    const from = match.index
    const to = from + match[0].length
    const whole = !joins(folded, from) && !joins(folded, to)
    if (whole) found.push([from, to])
    else pattern.lastIndex = from + 1
  }
  return found
}

/** Whether the characters on both sides of an offset belong to one word. */
function joins(text: string, offset: number): boolean {
  const before = text.slice(Math.max(0, offset - 2), offset)
  return spaced.test([...before].at(-1) ?? '') && spaced.test(String.fromCodePoint(text.codePointAt(offset) ?? 32))
}

/** The phrases of a list that a folded text mentions. */
export const mentioned = (folded: string, phrases: readonly string[], options: { plural?: boolean } = {}): string[] =>
  phrases.filter((phrase) => findPhrase(folded, phrase, options).length > 0)

export const quoted = (phrases: readonly string[]): string => phrases.map((phrase) => JSON.stringify(phrase)).join(', ')

/**
 * Spaces or hyphens between the words of a phrase; whole words are left to the caller, since Unicode's classes cost 10
 * ms a pattern.
 */
function phrasePattern(phrase: string, plural: boolean): RegExp {
  const words = fold(phrase)
    .trim()
    .split(/\s+|(?<=\S)[\u2010-\u2015-]+(?=\S)/u)
  const last = words.pop()!
  return new RegExp(
    [...words.map(escaped), plural ? withPlural(last) : escaped(last)].join('[\\s\u2010-\u2015-]+'),
    'gu',
  )
}

/** A word or its regular English plural: dogs, boxes, babies. */
function withPlural(word: string): string {
  if (/[^aeiou]y$/.test(word)) return `${escaped(word.slice(0, -1))}(?:y|ies)`
  return escaped(word) + (/(?:s|x|z|ch|sh)$/.test(word) ? '(?:es)?' : '(?:e?s)?')
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
