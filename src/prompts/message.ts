/** A conversation in the Hugging Face chat form; the same shape is what a data line holds. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string | readonly ContentPart[]
}

export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  /** `path` is absolute, a data URL or an http(s) URL. */
  | { readonly type: 'audio'; readonly path: string }

export const audioPaths = (messages: readonly Message[]): string[] =>
  messages.flatMap(({ content }) =>
    typeof content === 'string' ? [] : content.flatMap((part) => (part.type === 'audio' ? [part.path] : [])),
  )

/** What a person reads of a conversation: its text, audio places as `[audio k]`. */
export function plainText(messages: readonly Message[]): string {
  let k = 0
  const text = ({ content }: Message) =>
    typeof content === 'string'
      ? content
      : content.map((part) => (part.type === 'text' ? part.text : `[audio ${++k}]`)).join(' ')
  return messages.map((message) => `${message.role}: ${text(message)}`).join('\n')
}

/** The same conversation with a scaffold as a system turn in front (papers.md §1.4); unchanged when there is none. */
export const withScaffold = (messages: readonly Message[], scaffold: string | null): readonly Message[] =>
  scaffold === null ? messages : [{ role: 'system', content: scaffold }, ...messages]
