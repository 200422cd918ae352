import {
  constant,
  gatherRows,
  lessOrEqual,
  linear,
  maximum,
  reshape,
  scalar,
  type Tensor,
  where,
} from '../graph/index.ts'
import type { Weights } from '../weights.ts'
import { decoder, embedTokens, type KvCache, type LanguageConfig } from './qwen2.ts'
import { type AudioEncoderConfig, audioEncoder } from './whisperEncoder.ts'

export interface AudioLanguageConfig {
  readonly audio: AudioEncoderConfig
  readonly language: LanguageConfig
}

/** Audio tokens as the decoder reads them: log-mels [nAudios, nMels, nFrames] → [nAudios · nTokens, hidden]. */
export function audioRows(logMel: Tensor, nPositions: Tensor, w: Weights, config: AudioLanguageConfig): Tensor {
  const encoded = audioEncoder(logMel, nPositions, w.in('audio_tower'), config.audio)
  const [nAudios, nTokens] = encoded.shape as [number, number, number]
  const projector = w.in('multi_modal_projector').in('linear')
  const { hidden } = config.language
  const rows = reshape(encoded, [nAudios * nTokens, config.audio.hidden])
  return linear(rows, projector.at('weight', [hidden, config.audio.hidden]), projector.at('bias', [hidden]))
}

/**
 * Qwen2-Audio (arXiv 2407.10759, §2): audio tokens in place of `<|AUDIO|>`, then the language model.
 *
 * @param ids        int64 [batch, time]
 * @param audioIndex int64 [batch, time], row of `rows` that stands at this place, −1 where a word stands
 * @param rows       [nRows, hidden], from {@link audioRows}; null when the batch has no audio
 * @returns          states [batch, time, hidden]
 */
export function audioLanguageModel(
  ids: Tensor,
  audioIndex: Tensor | null,
  rows: Tensor | null,
  w: Weights,
  config: AudioLanguageConfig,
  kvCache?: KvCache,
): Tensor {
  const language = w.in('language_model')
  let x = embedTokens(ids, language, config.language)
  if (rows && audioIndex) {
    const first = constant([0], [1, 1], 'int64')
    const isAudio = lessOrEqual(first, audioIndex)
    const heard = gatherRows(rows, maximum(audioIndex, scalar(0, 'int64')))
    x = where(reshape(isAudio, [...ids.shape, 1]), heard, x)
  }
  return decoder(x, language, config.language, kvCache)
}
