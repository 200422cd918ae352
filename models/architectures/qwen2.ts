import type { LanguageFamily } from './family.ts'

/**
 * Qwen2 and Qwen2.5 (arXiv 2407.10671, §2.2; 2412.15115, §2): biases on queries, keys and values. Defaults are those of
 * transformers' Qwen2Config.
 */
export const qwen2: LanguageFamily = {
  architecture: 'Qwen2ForCausalLM',
  modelType: 'qwen2',
  qkvBias: true,
  qkNorm: false,
  defaults: {
    vocab: 151_936,
    hidden: 4096,
    nLayers: 32,
    nHeads: 32,
    nKvHeads: 32,
    ffn: 22_016,
    maxPositions: 32_768,
    ropeTheta: 10_000,
  },
}
