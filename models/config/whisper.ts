import type { WhisperConfig } from '../architectures/whisperDecoder.ts'
import { readEncoder } from '../configFile.ts'
import { ConfigError, countAt, mustBe, section } from './fields.ts'

const ARCHITECTURE = 'WhisperForConditionalGeneration'

/** Defaults of transformers' WhisperConfig (Whisper tiny). */
const ENCODER = { nMels: 80, hidden: 384, nLayers: 4, nHeads: 6, ffn: 1536 }

/** The shape of a Whisper in a parsed `config.json`; `file` is named in errors. @throws ConfigError */
export function fromWhisperJson(json: unknown, file: string): WhisperConfig {
  const root = section(json, file)
  const found = [root.values.architectures].flat().join(', ')
  if (found !== ARCHITECTURE) {
    throw new ConfigError(`${file}: architectures is ${found}. Transcribed is with ${ARCHITECTURE}.`)
  }
  mustBe(root, 'tie_word_embeddings', true)
  const audio = { ...readEncoder(root, ENCODER), pool: 1 }
  return {
    audio,
    vocab: countAt(root, 'vocab_size', 51_865),
    hidden: audio.hidden,
    nLayers: countAt(root, 'decoder_layers', 4),
    nHeads: countAt(root, 'decoder_attention_heads', 6),
    ffn: countAt(root, 'decoder_ffn_dim', 1536),
    maxPositions: countAt(root, 'max_target_positions', 448),
    maxAudioPositions: countAt(root, 'max_source_positions', 1500),
  }
}
