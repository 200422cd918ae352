import type { LanguageConfig } from '../architectures/decoder.ts'
import type { LanguageFamily } from '../architectures/family.ts'
import { familyOf } from '../architectures/registry.ts'
import { countAt, mustBe, numberAt, type Section } from './fields.ts'
import { readRope, ropeJson } from './rope.ts'

/** The shape of a decoder in a `config.json`, or in the `text_config` of one. @throws ConfigError */
export function readLanguage(text: Section, family: LanguageFamily): LanguageConfig {
  const { defaults, qkvBias, qkNorm } = family
  mustBe(text, 'hidden_act', 'silu')
  mustBe(text, 'attention_bias', false)
  mustBe(text, 'mlp_bias', false)
  mustBe(text, 'use_sliding_window', false)
  mustBe(text, 'rope_interleaved', false)
  const nHeads = countAt(text, 'num_attention_heads', defaults.nHeads)
  const hidden = countAt(text, 'hidden_size', defaults.hidden)
  const headDim = countAt(text, 'head_dim', defaults.headDim ?? hidden / nHeads)
  const rope = readRope(text, defaults.ropeTheta, countAt(text, 'max_position_embeddings', defaults.maxPositions))
  return {
    vocab: countAt(text, 'vocab_size', defaults.vocab),
    hidden,
    nLayers: countAt(text, 'num_hidden_layers', defaults.nLayers),
    nHeads,
    nKvHeads: countAt(text, 'num_key_value_heads', defaults.nKvHeads ?? nHeads),
    ffn: countAt(text, 'intermediate_size', defaults.ffn),
    ropeTheta: rope.theta,
    ...(rope.scaling && { ropeScaling: rope.scaling }),
    ...(headDim !== hidden / nHeads && { headDim }),
    ...(!qkvBias && { qkvBias }),
    ...(qkNorm && { qkNorm }),
    rmsEpsilon: numberAt(text, 'rms_norm_eps', 1e-6),
    tied: text.values.tie_word_embeddings === true,
    maxPositions: rope.maxPositions,
  }
}

/** The same as `config.json` has it. */
export function languageJson(language: LanguageConfig): object {
  const { headDim = language.hidden / language.nHeads } = language
  const { modelType, defaults } = familyOf(language)
  return {
    model_type: modelType,
    vocab_size: language.vocab,
    hidden_size: language.hidden,
    num_hidden_layers: language.nLayers,
    num_attention_heads: language.nHeads,
    num_key_value_heads: language.nKvHeads,
    ...(headDim !== (defaults.headDim ?? language.hidden / language.nHeads) && { head_dim: headDim }),
    intermediate_size: language.ffn,
    rope_theta: language.ropeTheta,
    ...ropeJson(language.ropeScaling),
    rms_norm_eps: language.rmsEpsilon,
    tie_word_embeddings: language.tied,
    max_position_embeddings: language.maxPositions,
    hidden_act: 'silu',
  }
}
