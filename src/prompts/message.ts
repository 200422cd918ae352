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

/**
 * The same conversation with a scaffold in front; unchanged when there is none (papers.md §1.4).
 *
 * @param turn  `own`: a system turn of its own, so that a conversation with one has two, as RuscaRL's rollouts do;
 *   `merged`: one system turn, the scaffold before the conversation's own words
 */
export function withScaffold(
  messages: readonly Message[],
  scaffold: string | null,
  turn: 'own' | 'merged' = 'own',
): readonly Message[] {
  if (scaffold === null) return messages
  const [first, ...rest] = messages
  if (turn === 'own' || first?.role !== 'system') return [{ role: 'system', content: scaffold }, ...messages]
  const { content } = first
  const merged =
    typeof content === 'string'
      ? `${scaffold}\n\n${content}`
      : [{ type: 'text' as const, text: `${scaffold}\n\n` }, ...content]
  return [{ role: 'system', content: merged }, ...rest]
}
