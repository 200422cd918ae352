import type { AudioLanguageConfig } from './architectures/audioLanguageModel.ts'
import { familyOf, languageFamilies } from './architectures/registry.ts'
import type { AudioEncoderConfig } from './architectures/whisperEncoder.ts'
import { ConfigError, countAt, mustBe, type Section, section } from './config/fields.ts'
import { languageJson, readLanguage } from './config/language.ts'
import type { ScalarHead } from './heads/scalarHead.ts'

export { ConfigError } from './config/fields.ts'

/** Qwen2-Audio, and every model composed as it is: a Whisper-style encoder, a projector, any supported decoder. */
const AUDIO_LANGUAGE = 'Qwen2AudioForConditionalGeneration'

/** Ends of an architecture's name that make a reward model of it: by two layers (Qwen2.5-Math-RM), or by one. */
const REWARD_HEADS = { ForRewardModel: 2, ForSequenceClassification: 1 } as const

/** Values of `architectures` that open as a model to talk with. */
export const supportedArchitectures: readonly string[] = [
  AUDIO_LANGUAGE,
  ...languageFamilies.map(({ architecture }) => architecture),
]

/**
 * A model's shape as Hugging Face's `config.json` writes it: Qwen2-Audio's for one that hears, with the decoder's own
 * `text_config` (`audio_pool` is ours, theirs is always 2), else the decoder's.
 */
export function toConfigJson({ audio, language, head }: AudioLanguageConfig, audioTokenId: number): object {
  const named = (architecture: string) =>
    head?.kind === 'reward'
      ? { architectures: [rewardArchitecture(architecture, head)], num_labels: 1, id2label: { 0: 'LABEL_0' } }
      : { architectures: [architecture] }
  if (!audio) {
    return { ...named(familyOf(language).architecture), ...languageJson(language), torch_dtype: 'float32' }
  }
  return {
    ...named(AUDIO_LANGUAGE),
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
 * `audio`, and −1 for the id of its audio token. `…ForRewardModel` and `…ForSequenceClassification` of one label are the
 * same models with a head that gives a reward.
 *
 * @throws ConfigError for an architecture that is not supported, or a setting that would make it compute something else
 */
export function fromConfigJson(json: unknown, file: string): { config: AudioLanguageConfig; audioTokenId: number } {
  const root = section(json, file)
  const { architectures } = root.values
  const found = Array.isArray(architectures) ? architectures.join(', ') : String(architectures)
  const { base, head } = withoutHead(found, root)
  if (base === AUDIO_LANGUAGE) {
    const { config, audioTokenId } = audioLanguage(root)
    return { audioTokenId, config: { ...config, ...(head && { head }) } }
  }
  const family = languageFamilies.find(({ architecture }) => architecture === base)
  if (family) {
    return { audioTokenId: -1, config: { audio: null, language: readLanguage(root, family), ...(head && { head }) } }
  }
  const whisper = found === 'WhisperForConditionalGeneration' ? ' Whisper transcribes: see rubato transcribe.' : ''
  throw new ConfigError(
    `${file}: architectures is ${found}. Supported: ${supportedArchitectures.join(', ')}.${whisper}`,
  )
}

/** `Qwen2ForCausalLM` → `Qwen2ForRewardModel`. */
function rewardArchitecture(architecture: string, { layers }: ScalarHead): string {
  const end = Object.entries(REWARD_HEADS).find(([, n]) => n === layers)![0]
  return architecture.replace(/For(CausalLM|ConditionalGeneration)$/, end)
}

/** The architecture that a reward model is made of, and its head. @throws ConfigError when it gives several numbers */
function withoutHead(found: string, { values, file }: Section): { base: string; head?: ScalarHead } {
  const [end, layers] = Object.entries(REWARD_HEADS).find(([name]) => found.endsWith(name)) ?? []
  if (end === undefined || layers === undefined) return { base: found }
  const { id2label, num_labels: given } = values
  const labels = given ?? Object.keys((id2label ?? { 0: '', 1: '' }) as object).length // two, where nothing is said
  if (layers === 1 && labels !== 1) {
    throw new ConfigError(`${file}: ${found} of ${JSON.stringify(labels)} labels. A reward model has one (num_labels).`)
  }
  const stem = found.slice(0, -end.length)
  const base = supportedArchitectures.find((name) => name.startsWith(`${stem}For`)) ?? found
  return { base, head: { kind: 'reward', layers } }
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
