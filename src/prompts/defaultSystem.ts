import { Template } from '@huggingface/jinja'

/**
 * The system turn that a ChatML template puts first where a conversation has none, as Qwen2-Audio's does; undefined for a
 * template that puts none, or cannot be read.
 */
export function defaultSystemOf(template: string): string | undefined {
  try {
    const text = new Template(template).render({
      messages: [{ role: 'user', content: 'x' }],
      add_generation_prompt: false,
    })
    return /^<\|im_start\|>system\n([\s\S]*?)<\|im_end\|>\n<\|im_start\|>user\n/.exec(text)?.[1]
  } catch {
    return undefined
  }
}
