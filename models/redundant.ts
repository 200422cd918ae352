import type { AudioLanguageConfig } from './architectures/audioLanguageModel.ts'
import { sinusoids } from './architectures/whisperEncoder.ts'
import { predictsWords } from './heads/scalarHead.ts'

/** A tensor that a saved folder holds for others and that is not read here. */
export interface RedundantTensor {
  readonly name: string
  readonly shape: readonly number[]
  /** Its numbers: those of another tensor, or these. */
  readonly of: string | (() => Float32Array)
}

/** Positions that Qwen2-Audio's encoder has, whatever its clips. */
const POSITIONS = 1500

/**
 * What transformers asks of a folder of Qwen2-Audio beside the parameters: the encoder's fixed positions, which it does not
 * make itself, and a head of its own even where the config says that it is the table of words.
 */
export function redundantTensors({ audio, language, head }: AudioLanguageConfig): RedundantTensor[] {
  if (!audio) return []
  const positions = {
    name: 'audio_tower.embed_positions.weight',
    shape: [POSITIONS, audio.hidden],
    of: () => sinusoids(POSITIONS, audio.hidden),
  }
  const words = {
    name: 'language_model.lm_head.weight',
    shape: [language.vocab, language.hidden],
    of: 'language_model.model.embed_tokens.weight',
  }
  return language.tied && predictsWords(head) ? [positions, words] : [positions]
}
