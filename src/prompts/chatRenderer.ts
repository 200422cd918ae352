import { type AudioFeatures, audioTokenCount, renderChat, type Tokenizer } from '../../models/index.ts'
import type { PromptRenderer } from './renderer.ts'

/** Renders conversations in Qwen2-Audio's chat format for a tokenizer; `pool` is the model's. */
export function chatRenderer(tokenizer: Tokenizer, pool: number): PromptRenderer {
  const counts = (features: readonly AudioFeatures[]) =>
    features.map(({ nFrames }) => audioTokenCount(nFrames, { pool }))
  return {
    prompt: (messages, features) =>
      renderChat(tokenizer, messages, { audioTokens: counts(features), addGenerationPrompt: true }).ids,
    conversation: (messages, features) =>
      renderChat(tokenizer, messages, { audioTokens: counts(features), addGenerationPrompt: false }),
    stopIds: [tokenizer.idOf('<|im_end|>'), tokenizer.idOf('<|endoftext|>')],
    text: (completionIds) => tokenizer.decode(completionIds, { skipSpecial: true }).trim(),
  }
}
