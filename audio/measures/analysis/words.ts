const segmenter = new Intl.Segmenter('und', { granularity: 'word' })

/**
 * Returns the words of a text by Unicode's segmentation (UAX 29), in a form that can be compared: lower case, one form of
 * each letter (NFKC), plain apostrophes, nothing in [brackets], <tags> or (parentheses), no punctuation. “Don't” and “3.5”
 * are one word, “well-known” is two; scripts without spaces are cut with ICU's dictionaries.
 */
export function wordsOf(text: string): string[] {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[‘’ʼ]/gu, "'")
    .replaceAll(/\[[^[\]]*\]|<[^<>]*>|\([^()]*\)/gu, ' ')
  // In pieces, because V8 copies the whole text for every segment of it.
  return (plain.match(/\S{1,500}/gu) ?? []).flatMap((piece) => {
    if (/^[\p{Script=Latin}\p{N}]+$/u.test(piece)) return [piece]
    return [...segmenter.segment(piece)].filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment)
  })
}
