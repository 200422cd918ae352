import { seededRandom } from '../../../src/random.ts'

/** Threads inside an operator, on every side. */
export const THREADS = 2
export const LEARNING_RATE = 1e-5
export const LORA_RANK = 16

/** The quickstart's model (examples/quickstart/recipe.yaml), and a batch of its second stage. */
export const quickstart = {
  config: {
    audio: { nMels: 80, hidden: 128, nLayers: 2, nHeads: 4, ffn: 512, pool: 8 },
    language: {
      vocab: 512,
      hidden: 128,
      nLayers: 4,
      nHeads: 4,
      nKvHeads: 2,
      ffn: 384,
      ropeTheta: 10_000,
      rmsEpsilon: 1e-6,
      tied: true,
      maxPositions: 512,
    },
  },
  audioId: 511,
  nClips: 16,
  nFrames: 320, // 3.2 s
  tokens: 80, // a sequence, 20 of which are the clip's
} as const

/** Sequences of words drawn by seed, so that every side reads the same. */
export function drawnIds(nSequences: number, length: number, vocab: number): number[][] {
  const random = seededRandom(`${nSequences}x${length}`)
  return Array.from({ length: nSequences }, () => Array.from({ length }, () => 20 + random.integer(vocab - 40)))
}

/** Prompts of the GRPO step; equally long in tokens, so that nobody pads. */
export const PROMPTS = [
  'Name four animals that live in the sea, and say of each what it eats and how it breathes.',
  'Name five countries that lie by the sea, and say of each what it grows and whom it trades with.',
]
