import { TokenizerError } from './errors.ts'
import { isTaskTag, structureTokens } from './specialTokens.ts'
import type { Tokenizer } from './tokenizer.ts'

const roles = ['system', 'user', 'assistant', 'tool'] as const

export type MessagePart = { type: 'text'; text: string } | { type: 'audio'; path?: string }

export interface Message {
  role: (typeof roles)[number]
  content: string | readonly MessagePart[]
}

export interface RenderChatOptions {
  /** Placeholders of each clip, in the order in which the conversation plays them; see `audioTokenCount`. */
  audioTokens?: readonly number[]
  /** End with `<|im_start|>assistant\n`, for the model to go on. */
  addGenerationPrompt: boolean
  /** A system turn put first when the conversation has none. Default: none; Qwen2-Audio expects `qwenDefaultSystem`. */
  defaultSystem?: string
  /** Special tokens that text may spell. Default: Qwen-Audio's task tags and time tokens, as far as the tokenizer has them. */
  allowedSpecial?: ReadonlySet<string>
}

export interface RenderedChat {
  ids: number[]
  /** As long as `ids`: true for what the assistant says and for the `<|im_end|>` after it, the tokens to learn from. */
  isAssistant: boolean[]
}

/** The system turn that Qwen-Audio and Qwen2-Audio were trained with. */
export const qwenDefaultSystem = 'You are a helpful assistant.'

/**
 * Renders a conversation as Qwen2-Audio's chat template does (ChatML; each clip is a line
 * `Audio k: <|audio_bos|>…<|audio_eos|>`, k counted over the conversation) and encodes it, with `<|AUDIO|>` once for
 * every frame the model will hear; a clip of 0 frames leaves the line with nothing between its ends.
 *
 * The prompt is built from tokens and texts, never from one long string: what a text spells is text, so no dataset
 * and no answer can open a turn or add a clip. An assistant's turn is encoded apart from its header, as it is when the
 * model writes it: the prompt is always a prefix of the whole conversation.
 *
 * @throws TokenizerError when clips and `audioTokens` differ in number, a count is not a whole number ≥ 0, a role is
 *   unknown, an assistant's turn holds audio, or `allowedSpecial` holds a token of the structure
 * @example
 * const { ids } = renderChat(tokenizer, [{ role: 'user', content: [{ type: 'audio' }, { type: 'text', text: 'What is it?' }] }],
 *   { audioTokens: [25], addGenerationPrompt: true })
 */
export function renderChat(
  tokenizer: Tokenizer,
  messages: readonly Message[],
  options: RenderChatOptions,
): RenderedChat {
  const special = specialTexts(tokenizer, options.allowedSpecial)
  const counts = options.audioTokens ?? []
  const ids: number[] = []
  const isAssistant: boolean[] = []
  let pending = '' // neighbouring texts are encoded as one, as the template's string would be
  let nAudio = 0

  const put = (more: readonly number[], learnt: boolean) => {
    for (const id of more) ids.push(id)
    for (let i = 0; i < more.length; i++) isAssistant.push(learnt)
  }
  const flush = (learnt = false) => {
    if (pending) put(tokenizer.encode(pending, { special }), learnt)
    pending = ''
  }
  const token = (name: string, learnt = false, times = 1) => {
    flush(learnt)
    put(new Array<number>(times).fill(tokenizer.idOf(name)), learnt)
  }
  const clip = () => {
    const count = counts[nAudio++]
    if (count === undefined) return // counted first and refused together below
    if (!Number.isInteger(count) || count < 0)
      throw new TokenizerError(`renderChat: audioTokens[${nAudio - 1}] is ${count}. It must be a whole number ≥ 0.`)
    pending += `Audio ${nAudio}: `
    token('<|audio_bos|>')
    token('<|AUDIO|>', false, count)
    token('<|audio_eos|>')
    pending += '\n'
  }
  const open = (role: string) => {
    token('<|im_start|>')
    pending += `${role}\n`
  }
  const turn = ({ role, content }: Message, where: string) => {
    if (!roles.includes(role))
      throw new TokenizerError(`renderChat: ${where}.role is "${role}". It must be one of ${roles.join(', ')}.`)
    const learnt = role === 'assistant'
    open(role)
    if (learnt) flush()
    for (const part of typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content)
      if (part.type === 'text') pending += part.text
      else if (learnt)
        throw new TokenizerError(`renderChat: ${where} is an assistant's and holds audio. It may hold text.`)
      else clip()
    token('<|im_end|>', learnt)
    pending += '\n'
  }

  if (options.defaultSystem !== undefined && messages[0] && messages[0].role !== 'system')
    turn({ role: 'system', content: options.defaultSystem }, 'defaultSystem')
  for (const [i, message] of messages.entries()) turn(message, `messages[${i}]`)
  if (nAudio !== counts.length)
    throw new TokenizerError(
      `renderChat: the conversation holds ${nAudio} clips and audioTokens ${counts.length} counts. Give one a clip.`,
    )
  if (options.addGenerationPrompt) open('assistant')
  flush()
  return { ids, isAssistant }
}

/** Special tokens that texts may spell: those allowed, or the task tags that the tokenizer has. */
export const specialTexts = (tokenizer: Tokenizer, allowed: ReadonlySet<string> | undefined): ReadonlySet<string> =>
  allowed ? checkAllowed(allowed) : taskTagsOf(tokenizer)

function checkAllowed(allowed: ReadonlySet<string>): ReadonlySet<string> {
  for (const token of allowed)
    if (structureTokens.has(token))
      throw new TokenizerError(
        `renderChat: allowedSpecial holds "${token}", which makes a prompt's structure. Leave it out.`,
      )
  return allowed
}

const knownTags = new WeakMap<Tokenizer, ReadonlySet<string>>()

function taskTagsOf(tokenizer: Tokenizer): ReadonlySet<string> {
  const known = knownTags.get(tokenizer) ?? new Set([...tokenizer.special.keys()].filter(isTaskTag))
  knownTags.set(tokenizer, known)
  return known
}
