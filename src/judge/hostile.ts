import { createHash } from 'node:crypto'

// What a policy writes is read by its judge. Nothing in it may end the block it stands in, look like a turn of the
// chat to the server's tokenizer, or be seen by the model and not by a person.

/**
 * Spellings that chat templates tokenise as control tokens even inside a message (vLLM and llama.cpp parse special
 * tokens in content): ChatML and Llama 3 `<|…|>`, DeepSeek `<｜…｜>`, Gemma's turns, Llama 2's and Mistral's brackets,
 * sentence marks and thoughts.
 */
const CONTROL =
  /<(?=[|｜]|\/?s>|\/?(?:start|end)_of_turn>|\/?(?:bos|eos|pad|unk)>|\/?think(?:ing)?>|\/?SYS>|<\/?SYS>>)|\[(?=\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_[A-Z]+)\])/gi

/**
 * Characters that a model reads and a person does not see, or sees elsewhere: control characters other than tab and
 * line end, directional overrides, and the tag block, in which whole sentences can be hidden.
 */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/** The same text with control tokens broken by a space and unseen characters spelt out, as `[U+202E]`. */
export const harmless = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replace(UNSEEN, (c) => `[U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`)
    .replace(CONTROL, (c) => `${c} `)

/**
 * Twelve hexadecimal digits that occur in none of the texts: the name of a block that none of them can close. They
 * follow from the texts, so the same question is the same request and its reply can be kept; an answer that wanted to
 * hold its own mark would have to hold a part of its own hash.
 */
export function blockMark(texts: readonly string[]): string {
  for (let n = 0; ; n++) {
    const mark = createHash('sha256')
      .update(JSON.stringify([n, ...texts]))
      .digest('hex')
      .slice(0, 12)
    if (!texts.some((text) => text.toLowerCase().includes(mark))) return mark
  }
}

/** A text of at most `limit` characters: the middle of a longer one is cut out, and the cut is named. */
export function cutMiddle(text: string, limit: number): { readonly text: string; readonly nCut: number } {
  if (text.length <= limit) return { text, nCut: 0 }
  const nCut = text.length - limit
  const head = Math.ceil(limit / 2)
  const whole = (part: string) => part.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '')
  const tail = limit - head
  return {
    text: `${whole(text.slice(0, head))}\n[${nCut} characters were cut out here]\n${whole(text.slice(text.length - tail))}`,
    nCut,
  }
}
