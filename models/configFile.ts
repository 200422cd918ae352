import type { AudioLanguageConfig } from './architectures/audioLanguageModel.ts'

/** Thrown when a `config.json` describes a model that is not supported, or lacks a field. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

const ARCHITECTURE = 'Qwen2AudioForConditionalGeneration'

/** A model's shape as Hugging Face's `config.json` for Qwen2-Audio writes it; `audio_pool` is ours (theirs is always 2). */
export function toConfigJson({ audio, language }: AudioLanguageConfig, audioTokenId: number): object {
  return {
    architectures: [ARCHITECTURE],
    model_type: 'qwen2_audio',
    audio_token_index: audioTokenId,
    audio_pool: audio.pool,
    audio_config: {
      model_type: 'qwen2_audio_encoder',
      num_mel_bins: audio.nMels,
      d_model: audio.hidden,
      encoder_layers: audio.nLayers,
      encoder_attention_heads: audio.nHeads,
      encoder_ffn_dim: audio.ffn,
      activation_function: 'gelu',
    },
    text_config: {
      model_type: 'qwen2',
      vocab_size: language.vocab,
      hidden_size: language.hidden,
      num_hidden_layers: language.nLayers,
      num_attention_heads: language.nHeads,
      num_key_value_heads: language.nKvHeads,
      intermediate_size: language.ffn,
      rope_theta: language.ropeTheta,
      rms_norm_eps: language.rmsEpsilon,
      tie_word_embeddings: language.tied,
      max_position_embeddings: language.maxPositions,
      hidden_act: 'silu',
    },
    torch_dtype: 'float32',
  }
}

/**
 * The shape in a parsed `config.json`; `file` is named in errors. A key that is left out has the value that transformers'
 * Qwen2Config and Qwen2AudioEncoderConfig give it, since a published file may hold only what differs from them.
 *
 * @throws ConfigError
 */
export function fromConfigJson(json: unknown, file: string): { config: AudioLanguageConfig; audioTokenId: number } {
  const root = section(json, file, '')
  const found = Array.isArray(root.architectures) ? root.architectures.join(', ') : String(root.architectures)
  if (found !== ARCHITECTURE) {
    throw new ConfigError(`${file}: architectures is ${found}. Supported: ${ARCHITECTURE}.`)
  }
  const audio = section(root.audio_config, file, 'audio_config')
  const text = section(root.text_config, file, 'text_config')
  const number = (from: Record<string, unknown>, where: string, key: string, fallback: number): number => {
    const value = from[key] ?? fallback
    if (typeof value === 'number' && Number.isFinite(value)) return value
    throw new ConfigError(`${file}: ${where}${key} is ${JSON.stringify(from[key])}, expected a number.`)
  }
  const nHeads = number(text, 'text_config.', 'num_attention_heads', 32)
  return {
    audioTokenId: number(root, '', 'audio_token_index', 151_646),
    config: {
      audio: {
        nMels: number(audio, 'audio_config.', 'num_mel_bins', 128),
        hidden: number(audio, 'audio_config.', 'd_model', 1280),
        nLayers: number(audio, 'audio_config.', 'encoder_layers', 32),
        nHeads: number(audio, 'audio_config.', 'encoder_attention_heads', 20),
        ffn: number(audio, 'audio_config.', 'encoder_ffn_dim', 5120),
        pool: number(root, '', 'audio_pool', 2),
      },
      language: {
        vocab: number(text, 'text_config.', 'vocab_size', 151_936),
        hidden: number(text, 'text_config.', 'hidden_size', 4096),
        nLayers: number(text, 'text_config.', 'num_hidden_layers', 32),
        nHeads,
        nKvHeads: number(text, 'text_config.', 'num_key_value_heads', 32),
        ffn: number(text, 'text_config.', 'intermediate_size', 22_016),
        ropeTheta: ropeTheta(text, file),
        rmsEpsilon: number(text, 'text_config.', 'rms_norm_eps', 1e-6),
        tied: text.tie_word_embeddings === true,
        maxPositions: number(text, 'text_config.', 'max_position_embeddings', 32_768),
      },
    },
  }
}

/** Base of the rotary positions: its own key, or since transformers 5 one of `rope_parameters`. */
function ropeTheta(text: Record<string, unknown>, file: string): number {
  const rope = (text.rope_parameters ?? text.rope_scaling ?? {}) as Record<string, unknown>
  const kind = rope.rope_type ?? rope.type ?? 'default'
  if (kind !== 'default') {
    throw new ConfigError(
      `${file}: text_config asks for rotary positions of type ${JSON.stringify(kind)}. Supported: "default".`,
    )
  }
  const theta = text.rope_theta ?? rope.rope_theta ?? 10_000
  if (typeof theta === 'number' && Number.isFinite(theta)) return theta
  throw new ConfigError(`${file}: text_config.rope_theta is ${JSON.stringify(theta)}, expected a number.`)
}

function section(value: unknown, file: string, name: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new ConfigError(`${file}: ${name || 'the file'} is ${JSON.stringify(value)}, expected an object.`)
}
