import type { AudioFeatures } from '../../models/index.ts'
import type { Message } from './message.ts'

/** Turns conversations into the token ids of one model, and ids back into text. */
export interface PromptRenderer {
  /** The conversation with the turn of the assistant opened; audio places are repeated to their clips' lengths. */
  prompt(messages: readonly Message[], features: readonly AudioFeatures[]): number[]
  /** The whole conversation, and which tokens are the assistant's own (its closing token included). */
  conversation(
    messages: readonly Message[],
    features: readonly AudioFeatures[],
  ): { ids: number[]; isAssistant: boolean[] }
  /** Tokens that end an answer. */
  readonly stopIds: readonly number[]
  /** Special tokens that an answer may hold beside those that end it, such as times; none when left out. */
  readonly answerIds?: ReadonlySet<number>
  /** The answer a person reads: other special tokens left out, white space trimmed. */
  text(completionIds: readonly number[]): string
}
