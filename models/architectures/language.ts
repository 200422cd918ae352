import type { RopeScaling } from './rope.ts'

/**
 * Shape of a decoder of the Llama line (Llama, Qwen2, Qwen3); the names are those of Hugging Face's configs, in our spelling.
 * What is left out is as in Qwen2.
 */
export interface LanguageConfig {
  readonly vocab: number
  readonly hidden: number
  readonly nLayers: number
  readonly nHeads: number
  readonly nKvHeads: number
  readonly ffn: number
  readonly ropeTheta: number
  /** Rotary positions stretched beyond the length that the model was pre-trained on. */
  readonly ropeScaling?: RopeScaling
  /** Width of a head: hidden / nHeads unless given. */
  readonly headDim?: number
  /** Queries, keys and values have biases (true, as in Qwen2). */
  readonly qkvBias?: boolean
  /** Every query and key head is normed before it is rotated (false; Qwen3 does). */
  readonly qkNorm?: boolean
  readonly rmsEpsilon: number
  /** The head is the transposed embedding table. */
  readonly tied: boolean
  /** Longest sequence that positions are laid out for, in tokens. */
  readonly maxPositions: number
}

export const headDimOf = ({ headDim, hidden, nHeads }: LanguageConfig): number => headDim ?? hidden / nHeads
