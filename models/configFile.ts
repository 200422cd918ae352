import type { AudioLanguageConfig } from './architectures/audioLanguageModel.ts'
import { familyOf, languageFamilies } from './architectures/registry.ts'
import type { AudioEncoderConfig } from './architectures/whisperEncoder.ts'
import { ConfigError, countAt, mustBe, type Section, section } from './config/fields.ts'
import { languageJson, readLanguage } from './config/language.ts'

export { ConfigError } from './config/fields.ts'

/** Qwen2-Audio, and every model composed as it is: a Whisper-style encoder, a projector, any supported decoder. */
const AUDIO_LANGUAGE = 'Qwen2AudioForConditionalGeneration'

/** Values of `architectures` that open as a model to talk with. */
export const supportedArchitectures: readonly string[] = [
  AUDIO_LANGUAGE,
  ...languageFamilies.map(({ architecture }) => architecture),
]

/**
 * A model's shape as Hugging Face's `config.json` writes it: Qwen2-Audio's for one that hears, with the decoder's own
 * `text_config` (`audio_pool` is ours, theirs is always 2), else the decoder's.
 */
export function toConfigJson({ audio, language }: AudioLanguageConfig, audioTokenId: number): object {
  if (!audio) {
    const { architecture } = familyOf(language)
    return { architectures: [architecture], ...languageJson(language), torch_dtype: 'float32' }
  }
  return {
    architectures: [AUDIO_LANGUAGE],
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
    text_config: languageJson(language),
    torch_dtype: 'float32',
  }
}

/**
 * The shape in a parsed `config.json`; `file` is named in errors. A key that is left out has the value that transformers'
 * config classes give it, since a published file may hold only what differs from them. A model of text alone has no
 * `audio`, and −1 for the id of its audio token.
 *
 * @throws ConfigError for an architecture that is not supported, or a setting that would make it compute something else
 */
export function fromConfigJson(json: unknown, file: string): { config: AudioLanguageConfig; audioTokenId: number } {
  const root = section(json, file)
  const { architectures } = root.values
  const found = Array.isArray(architectures) ? architectures.join(', ') : String(architectures)
  if (found === AUDIO_LANGUAGE) return audioLanguage(root)
  const family = languageFamilies.find(({ architecture }) => architecture === found)
  if (family) return { audioTokenId: -1, config: { audio: null, language: readLanguage(root, family) } }
  const whisper = found === 'WhisperForConditionalGeneration' ? ' Whisper transcribes: see rubato transcribe.' : ''
  throw new ConfigError(
    `${file}: architectures is ${found}. Supported: ${supportedArchitectures.join(', ')}.${whisper}`,
  )
}

function audioLanguage(root: Section): { config: AudioLanguageConfig; audioTokenId: number } {
  const { values, file } = root
  const audio = section(values.audio_config, file, 'audio_config')
  const text = section(values.text_config, file, 'text_config')
  const kind = text.values.model_type ?? 'qwen2'
  const family = languageFamilies.find(({ modelType }) => modelType === kind)
  if (!family) {
    const known = languageFamilies.map(({ modelType }) => modelType).join(', ')
    throw new ConfigError(`${file}: text_config.model_type is ${JSON.stringify(kind)}. Supported: ${known}.`)
  }
  return {
    audioTokenId: countAt(root, 'audio_token_index', 151_646),
    config: {
      audio: { ...readEncoder(audio, qwen2AudioEncoder), pool: countAt(root, 'audio_pool', 2) },
      language: readLanguage(text, family),
    },
  }
}

/** Defaults of transformers' Qwen2AudioEncoderConfig. */
const qwen2AudioEncoder = { nMels: 128, hidden: 1280, nLayers: 32, nHeads: 20, ffn: 5120 }

/** A Whisper-style encoder, by the keys that WhisperConfig and Qwen2AudioEncoderConfig share. */
export function readEncoder(
  audio: Section,
  defaults: Omit<AudioEncoderConfig, 'pool'>,
): Omit<AudioEncoderConfig, 'pool'> {
  mustBe(audio, 'activation_function', 'gelu')
  mustBe(audio, 'scale_embedding', false)
  return {
    nMels: countAt(audio, 'num_mel_bins', defaults.nMels),
    hidden: countAt(audio, 'd_model', defaults.hidden),
    nLayers: countAt(audio, 'encoder_layers', defaults.nLayers),
    nHeads: countAt(audio, 'encoder_attention_heads', defaults.nHeads),
    ffn: countAt(audio, 'encoder_ffn_dim', defaults.ffn),
  }
}
