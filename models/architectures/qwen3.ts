import type { LanguageFamily } from './family.ts'

/**
 * Qwen3, dense (arXiv 2505.09388, §2): Qwen2 without its biases, every query and key head normed before it is rotated,
 * heads of a width of their own. Defaults are those of transformers' Qwen3Config.
 */
export const qwen3: LanguageFamily = {
  architecture: 'Qwen3ForCausalLM',
  modelType: 'qwen3',
  qkvBias: false,
  qkNorm: true,
  defaults: {
    vocab: 151_936,
    hidden: 4096,
    nLayers: 32,
    nHeads: 32,
    nKvHeads: 32,
    headDim: 128,
    ffn: 22_016,
    maxPositions: 32_768,
    ropeTheta: 10_000,
  },
}
