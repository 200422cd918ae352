import type { AudioLanguageConfig } from '../../models/index.ts'

/** Sizes of one batch. */
export interface BatchSize {
  readonly nAudios: number
  /** Mel frames of a clip. */
  readonly nFrames: number
  readonly nSequences: number
  /** Tokens of a sequence, audio included. */
  readonly time: number
  /** Tokens whose probability is computed. */
  readonly nTargets: number
}

/** Stands for the encoder of a model that hears nothing: costs nothing. */
const NO_ENCODER = { nMels: 0, hidden: 0, nLayers: 0, nHeads: 0, ffn: 0 }

/** Operations of a pass forward: two a multiplication of the matrices, and attention over whole sequences. */
export function forwardFlops({ audio: heard, language }: AudioLanguageConfig, size: BatchSize): number {
  const { nAudios, nFrames, nSequences, time, nTargets } = size
  const audio = heard ?? NO_ENCODER
  const positions = nFrames / 2
  const convolutions = nFrames * 3 * audio.nMels * audio.hidden + positions * 3 * audio.hidden ** 2
  const encoderBlock = positions * (4 * audio.hidden ** 2 + 2 * audio.hidden * audio.ffn + 2 * positions * audio.hidden)
  const keys = language.nKvHeads * (language.headDim ?? language.hidden / language.nHeads)
  const projections = 2 * language.hidden * (language.hidden + keys) + 3 * language.hidden * language.ffn
  const decoderBlock = time * (projections + 2 * time * language.hidden)
  const encoder = nAudios * (convolutions + audio.nLayers * encoderBlock)
  const decoder = nSequences * language.nLayers * decoderBlock
  return 2 * (encoder + decoder + nTargets * language.hidden * language.vocab)
}

/**
 * Numbers that a training pass holds at its peak: what the backward pass reads again of every operator. Counted from the
 * graphs: a block keeps about 14 rows of its width, 4 of its feed-forward width, and 3 tables of attention.
 */
export function activations({ audio: heard, language }: AudioLanguageConfig, size: BatchSize): number {
  const { nAudios, nFrames, nSequences, time, nTargets } = size
  const audio = heard ?? NO_ENCODER
  const positions = nFrames / 2
  const block = (rows: number, hidden: number, ffn: number, heads: number) =>
    rows * (14 * hidden + 4 * ffn + 3 * heads * rows)
  const encoder = nAudios * audio.nLayers * block(positions, audio.hidden, audio.ffn, audio.nHeads)
  const front = nAudios * (nFrames * (4 * audio.nMels + 3 * audio.hidden) + positions * 6 * audio.hidden)
  const decoder = nSequences * language.nLayers * block(time, language.hidden, language.ffn, language.nHeads)
  return encoder + front + decoder + 4 * nTargets * language.vocab
}
