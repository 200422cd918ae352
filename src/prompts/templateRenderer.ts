import { Template } from '@huggingface/jinja'
import type { Tokenizer } from '../../models/index.ts'
import { UsageError } from '../errors.ts'
import type { Message } from './message.ts'
import type { PromptRenderer } from './renderer.ts'

export interface TemplateRendererOptions {
  readonly tokenizer: Tokenizer
  /** Jinja source, as `tokenizer_config.json` or `chat_template.jinja` holds it. */
  readonly template: string
  readonly stopIds: readonly number[]
  /** Named in errors. */
  readonly where: string
}

/**
 * Renders conversations of a language model by its own chat template. Text that spells a special token stays text: it is
 * swapped for a character of the private use area while the template runs, so that no message can open a turn.
 *
 * @throws UsageError for a template that cannot be read or refuses the conversation, and for a turn that holds sound
 */
export function templateRenderer({ tokenizer, template, stopIds, where }: TemplateRendererOptions): PromptRenderer {
  const compiled = attempt(`${where}: its chat template cannot be read`, () => new Template(template))
  const specials = [...tokenizer.special.keys()].sort((a, b) => b.length - a.length)
  const splitter = new RegExp(`(${specials.map((token) => token.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|')})`)
  const { bos_token, eos_token, pad_token } = tokenNames(tokenizer.files().config)

  const render = (messages: readonly Message[], addGenerationPrompt: boolean): number[] => {
    const texts = messages.map((message) => textOf(message, where))
    const { hide, show } = disguise(specials, texts)
    const rendered = attempt(`${where}: its chat template refuses the conversation`, () =>
      compiled.render({
        messages: messages.map(({ role }, i) => ({ role, content: hide(texts[i]!) })),
        add_generation_prompt: addGenerationPrompt,
        bos_token,
        eos_token,
        pad_token,
      }),
    )
    const pieces = specials.length > 0 ? rendered.split(splitter) : [rendered]
    return pieces.flatMap((piece, i) =>
      i % 2 === 1 ? [tokenizer.idOf(piece)] : tokenizer.encode(show(piece), { special: 'forbid' }),
    )
  }

  return {
    stopIds,
    prompt: (messages) => render(messages, true),
    conversation(messages) {
      const ids = render(messages, false)
      const isAssistant = ids.map(() => false)
      for (const [i, { role }] of messages.entries()) {
        if (role !== 'assistant') continue
        const asked = render(messages.slice(0, i), true)
        if (asked.some((id, at) => ids[at] !== id)) {
          throw new UsageError(`${where}: its chat template writes turn ${i + 1} otherwise when it is answered.`)
        }
        const end = ids.findIndex((id, at) => at >= asked.length && stopIds.includes(id))
        isAssistant.fill(true, asked.length, end === -1 ? ids.length : end + 1)
      }
      return { ids, isAssistant }
    },
    text: (completionIds) => tokenizer.decode(completionIds, { skipSpecial: true }).trim(),
  }
}

function textOf({ content }: Message, where: string): string {
  if (typeof content === 'string') return content
  return content
    .map((part) => {
      if (part.type === 'text') return part.text
      throw new UsageError(`${where}: the model hears no sound, and ${part.path} was given. Leave the clip out.`)
    })
    .join('')
}

/** Swaps special tokens in texts for characters that none of the texts holds, and back. */
function disguise(specials: readonly string[], texts: readonly string[]) {
  const pairs: [string, string][] = []
  let code = 0xe000
  for (const token of specials) {
    if (!texts.some((text) => text.includes(token))) continue
    while (texts.some((text) => text.includes(String.fromCodePoint(code)))) code++
    pairs.push([token, String.fromCodePoint(code++)])
  }
  return {
    hide: (text: string) => pairs.reduce((rest, [token, mask]) => rest.replaceAll(token, mask), text),
    show: (text: string) => pairs.reduce((rest, [token, mask]) => rest.replaceAll(mask, token), text),
  }
}

/** `bos_token` and its like: a string, or an object that holds one. */
function tokenNames(config: object): { bos_token: string; eos_token: string; pad_token: string } {
  const name = (key: string): string => {
    const value = (config as Record<string, unknown>)[key]
    const text = typeof value === 'object' && value !== null ? (value as { content?: unknown }).content : value
    return typeof text === 'string' ? text : ''
  }
  return { bos_token: name('bos_token'), eos_token: name('eos_token'), pad_token: name('pad_token') }
}

function attempt<T>(what: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw new UsageError(`${what} (${error instanceof Error ? error.message : String(error)}).`)
  }
}
