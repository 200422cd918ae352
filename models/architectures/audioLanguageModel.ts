import {
  add,
  constant,
  GraphError,
  gatherRows,
  lessOrEqual,
  maximum,
  reshape,
  scalar,
  type Tensor,
  where,
} from '../graph/index.ts'
import type { ScalarHead } from '../heads/scalarHead.ts'
import type { Weights } from '../weights.ts'
import { type DecoderRun, decoder, embedTokens, type LanguageConfig, languageHead } from './decoder.ts'
import { type AudioEncoderConfig, audioEncoder } from './whisperEncoder.ts'

export interface AudioLanguageConfig {
  /** null for a language model that hears nothing. */
  readonly audio: AudioEncoderConfig | null
  readonly language: LanguageConfig
  /** Left out, the model predicts words and nothing else. */
  readonly head?: ScalarHead
}

/** Audio tokens as the decoder reads them: log-mels [nAudios, nMels, nFrames] → [nAudios · nTokens, hidden]. */
export function audioRows(
  logMel: Tensor,
  nPositions: Tensor,
  w: Weights,
  config: AudioLanguageConfig,
  run: Pick<DecoderRun, 'recomputeLayers'> = {},
): Tensor {
  return projected(encodedRows(logMel, nPositions, w, config, run), w, config)
}

/** What the encoder alone makes of log-mels [nAudios, nMels, nFrames]: [nAudios · nTokens, width]. */
export function encodedRows(
  logMel: Tensor,
  nPositions: Tensor,
  w: Weights,
  { audio }: AudioLanguageConfig,
  run: Pick<DecoderRun, 'recomputeLayers'> = {},
): Tensor {
  if (!audio) throw new GraphError('encodedRows: the model has no audio encoder.')
  const encoded = audioEncoder(logMel, nPositions, w.in('audio_tower'), audio, run)
  const [nAudios, nTokens] = encoded.shape as [number, number, number]
  return reshape(encoded, [nAudios * nTokens, audio.hidden])
}

/** The projector: rows of the encoder's output, [nRows, width] → [nRows, hidden]. */
export const projected = (rows: Tensor, w: Weights, { language: { hidden } }: AudioLanguageConfig): Tensor =>
  w.in('multi_modal_projector').linear(rows, 'linear', hidden, { bias: true })

/** Where the language model's weights stand: under a name of its own beside an audio tower, else at the root. */
const languageWeights = (w: Weights, { audio }: AudioLanguageConfig): Weights => (audio ? w.in('language_model') : w)

/**
 * Qwen2-Audio (arXiv 2407.10759, §2): audio tokens in place of `<|AUDIO|>`, then the language model.
 *
 * @param ids        int64 [batch, time]
 * @param audioIndex int64 [batch, time], row of `rows` that stands at this place, −1 where a word stands
 * @param rows       [nRows, hidden], from {@link audioRows}; null when the batch has no audio
 * @param run        `noise` [batch, time, hidden] is added to the embeddings of words
 * @returns          states [batch, time, hidden]
 */
export function audioLanguageModel(
  ids: Tensor,
  audioIndex: Tensor | null,
  rows: Tensor | null,
  w: Weights,
  config: AudioLanguageConfig,
  run: DecoderRun & { readonly noise?: Tensor | undefined } = {},
): Tensor {
  const language = languageWeights(w, config)
  let x = embedTokens(ids, language, config.language)
  if (run.noise) x = add(x, run.noise)
  if (rows && audioIndex) {
    const first = constant([0], [1, 1], 'int64')
    const isAudio = lessOrEqual(first, audioIndex)
    const heard = gatherRows(rows, maximum(audioIndex, scalar(0, 'int64')))
    x = where(reshape(isAudio, [...ids.shape, 1]), heard, x)
  }
  return decoder(x, language, config.language, run)
}

/** Logits of states [rows, hidden] → [rows, vocab]. */
export const logitsOf = (states: Tensor, w: Weights, config: AudioLanguageConfig): Tensor =>
  languageHead(states, languageWeights(w, config), config.language)
