import {
  type AudioFeatures,
  audioTokenCount,
  baseTemplate,
  renderBase,
  renderChat,
  type Tokenizer,
} from '../../models/index.ts'
import { defaultSystemOf } from './defaultSystem.ts'
import type { Message } from './message.ts'
import type { PromptRenderer } from './renderer.ts'

const counts = (pool: number, features: readonly AudioFeatures[]) =>
  features.map(({ nFrames }) => audioTokenCount(nFrames, { pool }))

/**
 * Renders conversations in Qwen2-Audio's chat format for a tokenizer; `pool` is the model's.
 *
 * @param answerTags special tokens that answers may hold, such as times; none by default
 * @param defaultSystem a system turn put first where a conversation has none; none by default
 */
export function chatRenderer(
  tokenizer: Tokenizer,
  pool: number,
  answerTags: ReadonlySet<string> = new Set(),
  defaultSystem?: string,
): PromptRenderer {
  const render = (messages: readonly Message[], features: readonly AudioFeatures[], addGenerationPrompt: boolean) => {
    const own = defaultSystem === undefined ? {} : { defaultSystem }
    return renderChat(tokenizer, messages, { audioTokens: counts(pool, features), addGenerationPrompt, ...own })
  }
  return {
    prompt: (messages, features) => render(messages, features, true).ids,
    conversation: (messages, features) => render(messages, features, false),
    stopIds: [tokenizer.idOf('<|im_end|>'), tokenizer.idOf('<|endoftext|>')],
    ...answersOf(tokenizer, answerTags),
  }
}

/** The same in the format of base models, which knows no roles. */
export function baseRenderer(
  tokenizer: Tokenizer,
  pool: number,
  answerTags: ReadonlySet<string> = new Set(),
): PromptRenderer {
  const render: PromptRenderer['conversation'] = (messages, features) =>
    renderBase(tokenizer, messages, { audioTokens: counts(pool, features) })
  return {
    prompt: (messages, features) => render(messages, features).ids,
    conversation: render,
    stopIds: [tokenizer.idOf('<|endoftext|>')],
    ...answersOf(tokenizer, answerTags),
  }
}

/** The one of the two that a tokenizer's chat template asks for; chat, unless it is the base format's own. */
export function rendererOf(tokenizer: Tokenizer, pool: number, answerTags?: ReadonlySet<string>): PromptRenderer {
  const { chat_template: template } = tokenizer.files().config as { chat_template?: unknown }
  if (template === baseTemplate()) return baseRenderer(tokenizer, pool, answerTags)
  const defaultSystem = typeof template === 'string' ? defaultSystemOf(template) : undefined
  return chatRenderer(tokenizer, pool, answerTags, defaultSystem)
}

/** What of an answer is shown: its text, and the tags that it may hold. */
function answersOf(tokenizer: Tokenizer, tags: ReadonlySet<string>): Pick<PromptRenderer, 'answerIds' | 'text'> {
  const answerIds = new Set([...tokenizer.special].flatMap(([token, id]) => (tags.has(token) ? [id] : [])))
  const hidden = new Set([...tokenizer.special.values()].filter((id) => !answerIds.has(id)))
  return {
    answerIds,
    text: (completionIds) => tokenizer.decode(completionIds.filter((id) => !hidden.has(id))).trim(),
  }
}
