/** Letters that Unicode does not take apart into a plain one and a mark. */
const LETTERS: Readonly<Record<string, string>> = {
  ...{ œ: 'oe', Œ: 'OE', ø: 'o', Ø: 'O', æ: 'ae', Æ: 'AE', ß: 'ss', ẞ: 'SS', đ: 'd', Đ: 'D' },
  ...{ ð: 'd', Ð: 'D', þ: 'th', Þ: 'th', ł: 'l', Ł: 'L' },
}

/** Symbols and punctuation become spaces, letters lose their marks; characters of `keep` stay. */
export function withoutSymbolsAndMarks(text: string, keep = ''): string {
  return Array.from(text.normalize('NFKD'), (character) => {
    if (keep.includes(character)) return character
    const plain = LETTERS[character]
    if (plain !== undefined) return plain
    if (/\p{Mn}/u.test(character)) return ''
    return /[\p{M}\p{S}\p{P}]/u.test(character) ? ' ' : character
  }).join('')
}

/** What stands in brackets is no speech. */
export const withoutBrackets = (text: string): string =>
  text.replaceAll(/[<[][^>\]]*[>\]]/g, '').replaceAll(/\(([^)]+?)\)/g, '')

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

/**
 * A text in Whisper's form for languages that are not English (`whisper/normalizers/basic.py`): lower case, without
 * brackets, symbols and punctuation.
 *
 * @param splitLetters  put a space between all letters, for languages written without spaces: error rates are then
 *   those of characters
 */
export function normaliseBasic(text: string, splitLetters = false): string {
  const clean = withoutBrackets(text.toLowerCase())
    .normalize('NFKC')
    .replaceAll(/[\p{M}\p{S}\p{P}]/gu, ' ')
    .toLowerCase()
  const spaced = splitLetters ? Array.from(graphemes.segment(clean), ({ segment }) => segment).join(' ') : clean
  return spaced.replaceAll(/\s+/g, ' ')
}
