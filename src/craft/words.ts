/** Letters and digits; of scripts without spaces each letter by itself. */
const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}\p{M}]+/gu
const PLAIN = /[a-z0-9]+/g

/**
 * A text as words for comparison: compatibility forms made one (NFKC), lower case, everything but letters, digits and
 * marks left out; the normalisation that n-gram decontamination is done under.
 */
export function wordsOf(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII, of which most text is
  if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase().match(PLAIN) ?? []
  return text.normalize('NFKC').toLowerCase().match(WORD) ?? []
}

/** 32-bit hash of a string: FNV-1a over its UTF-16 units, finished as MurmurHash3 does. */
export function hashOf(text: string, seed = 0): number {
  let hash = (0x811c9dc5 ^ seed) | 0
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mix(hash)
}

/** The finaliser of MurmurHash3: every bit of the input decides every bit of the result. Unsigned. */
export function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
