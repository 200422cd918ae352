import type { LanguageFamily } from './family.ts'

/**
 * Llama (arXiv 2302.13971; grouped queries since 2307.09288, stretched positions since 3.1) and everything saved in its
 * shape, SmolLM2 for one: no biases anywhere. Defaults are those of transformers' LlamaConfig.
 */
export const llama: LanguageFamily = {
  architecture: 'LlamaForCausalLM',
  modelType: 'llama',
  qkvBias: false,
  qkNorm: false,
  defaults: {
    vocab: 32_000,
    hidden: 4096,
    nLayers: 32,
    nHeads: 32,
    ffn: 11_008,
    maxPositions: 2048,
    ropeTheta: 10_000,
  },
}
