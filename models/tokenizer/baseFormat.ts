import { type Message, type RenderChatOptions, type RenderedChat, specialTexts } from './chat.ts'
import { TokenizerError } from './errors.ts'
import type { Tokenizer } from './tokenizer.ts'

/** What ends an answer of a base model. */
export const END = '<|endoftext|>'

/**
 * Qwen2-Audio's format before it is tuned to chat, as a template that `transformers` renders too: clips and words as they
 * come, without roles, and the end of the document after each answer.
 */
export const baseTemplate = (): string =>
  [
    "{% for message in messages %}{% if message['content'] is string %}{{ message['content'] }}{% else %}",
    "{% for content in message['content'] %}{% if content['type'] == 'audio' %}",
    "<|audio_bos|><|AUDIO|><|audio_eos|>{% elif 'text' in content %}{{ content['text'] }}{% endif %}{% endfor %}{% endif %}",
    `{% if message['role'] == 'assistant' %}${END}{% elif message['role'] == 'system' %}{{ '\\n' }}{% endif %}{% endfor %}`,
  ].join('')

/**
 * Renders a conversation in the base format (Qwen2-Audio's technical report, §2; its evaluators): `<|audio_bos|>`,
 * `<|AUDIO|>` once a frame, `<|audio_eos|>`, then the prompt; the answer follows at once and ends with `<|endoftext|>`.
 * Clips bear no numbers. What a text spells stays text but for task tags, as in `renderChat`.
 *
 * @throws TokenizerError when clips and `audioTokens` differ in number, or an assistant's turn holds audio
 */
export function renderBase(
  tokenizer: Tokenizer,
  messages: readonly Message[],
  options: Pick<RenderChatOptions, 'audioTokens' | 'allowedSpecial'>,
): RenderedChat {
  const special = specialTexts(tokenizer, options.allowedSpecial)
  const counts = options.audioTokens ?? []
  const ids: number[] = []
  const isAssistant: boolean[] = []
  let nAudio = 0
  const put = (more: readonly number[], learnt: boolean) => {
    for (const id of more) ids.push(id)
    for (let i = 0; i < more.length; i++) isAssistant.push(learnt)
  }
  for (const [i, { role, content }] of messages.entries()) {
    const learnt = role === 'assistant'
    let pending = ''
    const flush = () => {
      if (pending) put(tokenizer.encode(pending, { special }), learnt)
      pending = ''
    }
    for (const part of typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content) {
      if (part.type === 'text') {
        pending += part.text
        continue
      }
      if (learnt)
        throw new TokenizerError(`renderBase: messages[${i}] is an assistant's and holds audio. It may hold text.`)
      flush()
      const count = counts[nAudio++]
      if (count === undefined) continue // counted first and refused together below
      const frames = new Array<number>(count).fill(tokenizer.idOf('<|AUDIO|>'))
      put([tokenizer.idOf('<|audio_bos|>'), ...frames, tokenizer.idOf('<|audio_eos|>')], false)
    }
    if (role === 'system') pending += '\n'
    flush()
    if (learnt) put([tokenizer.idOf(END)], true)
  }
  if (nAudio !== counts.length)
    throw new TokenizerError(
      `renderBase: the conversation holds ${nAudio} clips and audioTokens ${counts.length} counts. Give one a clip.`,
    )
  return { ids, isAssistant }
}
