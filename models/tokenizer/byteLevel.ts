/**
 * Qwen2's word splitter. `(?i:…)` is spelt out, since JavaScript of Node 20 has no inline flags; in the saved file it
 * stays as Qwen2 wrote it, so that every reader knows it.
 */
export const qwenSplit =
  /'(?:[sStTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+/gu

/** The same as published in Qwen2's `tokenizer.json`. */
export const qwenSplitPattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

const isPrintable = (byte: number) =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff)

/**
 * GPT-2's alphabet, `[character, byte]`, in the order of its ids: printable Latin-1 bytes stand for themselves, the
 * other 68 take the characters from U+0100 on, so that every byte sequence is a string without white space.
 */
export const byteAlphabet: readonly (readonly [string, number])[] = (() => {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte)
  const printable = bytes.filter(isPrintable).map((byte) => [String.fromCharCode(byte), byte] as const)
  const rest = bytes
    .filter((byte) => !isPrintable(byte))
    .map((byte, i) => [String.fromCharCode(256 + i), byte] as const)
  return [...printable, ...rest]
})()

/** Byte → its character in `byteAlphabet`. */
export const characterOfByte: readonly string[] = byteAlphabet
  .toSorted((a, b) => a[1] - b[1])
  .map(([character]) => character)

/** Character → byte, the inverse. */
export const byteOfCharacter: ReadonlyMap<string, number> = new Map(byteAlphabet)
