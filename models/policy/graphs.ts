import { type Adapter, DROPOUT_STRIDE } from '../adapters/adapter.ts'
import {
  type AudioLanguageConfig,
  audioLanguageModel,
  audioRows,
  encodedRows,
  logitsOf,
  projected,
} from '../architectures/audioLanguageModel.ts'
import type { KvCache } from '../architectures/decoder.ts'
import type { MappedWeights } from '../checkpoint/mapped.ts'
import type { GenerateRequest } from '../generation/generate.ts'
import { shareOutputs } from '../generation/shares.ts'
import { gatherRows, input, reshape, type Tensor } from '../graph/index.ts'
import { predictsWords, scalarHead } from '../heads/scalarHead.ts'
import type { PredictionOptions } from '../objective.ts'
import { type WeightTable, weightTable } from '../weights.ts'
import type { BatchSizes } from './feeds.ts'

/** What shapes a policy's graphs: the architecture, and the adapter beside it. */
export interface ModelShape {
  readonly config: AudioLanguageConfig
  readonly adapter?: Adapter | undefined
  /** Linears that are held in few bits. */
  readonly quantised?: MappedWeights['quantised'] | undefined
}

const tableOf = ({ adapter, quantised }: ModelShape, dropout?: Tensor): WeightTable =>
  weightTable({ adapter, quantised, dropout })

/** The weights that a model asks for, as graph inputs by name, in the order of the architecture. */
export function declareWeights(shape: ModelShape): WeightTable {
  const table = tableOf(shape)
  const { config } = shape
  const { audio } = config
  const rows = audio && clipRows(1, 2 * audio.pool, shape, table)
  const ids = input('ids', [1, 2], 'int64')
  const states = audioLanguageModel(ids, input('audio_index', [1, 2], 'int64'), rows, table.weights, config)
  const { head, language } = config
  const flat = reshape(states, [2, language.hidden])
  if (predictsWords(head)) logitsOf(flat, table.weights, config)
  if (head) scalarHead(flat, table.weights, head, language.hidden)
  return table
}

/** Name → shape of every parameter of a model of this shape. */
export const parametersOf = (config: AudioLanguageConfig): ReadonlyMap<string, readonly number[]> =>
  new Map([...declareWeights({ config }).declared].map(([name, { shape }]) => [name, shape]))

/** Module → [nOut, nIn] of every linear of a model of this shape that an adapter can stand beside. */
export const linearsOf = (config: AudioLanguageConfig): WeightTable['linears'] => declareWeights({ config }).linears

/** Inputs of the encoder, and what the decoder reads of it: [nAudios · tokensPerClip, hidden]. */
function clipRows(
  nAudios: number,
  nFrames: number,
  { config }: ModelShape,
  { weights }: WeightTable,
  recomputeLayers = false,
): Tensor {
  const logMel = input('log_mel', [nAudios, config.audio!.nMels, nFrames])
  return audioRows(logMel, input('n_positions', [nAudios], 'int32'), weights, config, { recomputeLayers })
}

/** Numbers that dropout reads: the largest window, from the last linear's place on; 0 where nothing drops out. */
export function dropoutLength(
  { batch, time, nAudios, nFrames, nHeard = 0 }: BatchSizes,
  { adapter }: ModelShape,
  widest: number,
) {
  if (!adapter?.dropout) return 0
  const rows = Math.max(batch * time, (nAudios * nFrames) / 2, nHeard)
  return rows * widest + (adapter.linears.size - 1) * DROPOUT_STRIDE
}

/** How a graph of gradients differs from one that only predicts. */
export interface TrainingRun {
  readonly recomputeLayers?: boolean
  /** Logits and scores of attention are made whole whatever their size. */
  readonly keepWhole?: boolean
  /** Adds a fed `noise` to the embeddings of words. */
  readonly noise?: boolean
}

/**
 * From ids and clips to the states that predict the targets, for one set of sizes. `all` is every weight of the model:
 * a batch without audio does not reach the encoder, whose parameters keep their place all the same.
 */
export function targetGraph(
  { batch, time, nTargets, nAudios, nFrames, nHeard, packed }: BatchSizes,
  shape: ModelShape,
  all: ReadonlyMap<string, Tensor>,
  { nDropout = 0, recomputeLayers = false, keepWhole = false, noise = false }: { nDropout?: number } & TrainingRun = {},
): { prediction: PredictionOptions; parameters: ReadonlyMap<string, Tensor> } {
  const { config } = shape
  const { head } = config
  const table = tableOf(shape, nDropout > 0 ? input('dropout', [nDropout]) : undefined)
  const { weights, declared } = table
  const ids = input('ids', [batch, time], 'int64')
  const rows = nHeard
    ? projected(input('heard', [nHeard, config.audio!.hidden]), weights, config)
    : nAudios > 0
      ? clipRows(nAudios, nFrames, shape, table, recomputeLayers)
      : null
  const audioIndex = rows ? input('audio_index', [batch, time], 'int64') : null
  const perToken = (name: string) => input(name, [batch, time], 'int64')
  const states = audioLanguageModel(ids, audioIndex, rows, weights, config, {
    recomputeLayers,
    keepScores: keepWhole,
    ...(noise && { noise: input('noise', [batch, time, config.language.hidden]) }),
    ...(packed && { packed: { positionIds: perToken('position_ids'), segmentIds: perToken('segment_ids') } }),
  })
  const chosen = gatherRows(
    reshape(states, [batch * time, config.language.hidden]),
    input('target_at', [nTargets], 'int64'),
  )
  const prediction: PredictionOptions = {
    states: chosen,
    head: (x) => logitsOf(x, weights, config),
    ...(head && { scalarHead: (x: Tensor) => scalarHead(x, weights, head, config.language.hidden) }),
    targets: input('target_ids', [nTargets], 'int64'),
    vocab: config.language.vocab,
    ...(keepWhole && { logitBytes: Number.POSITIVE_INFINITY }),
  }
  // These declare the heads' weights.
  if (predictsWords(head)) prediction.head(chosen)
  prediction.scalarHead?.(chosen)
  for (const [name, tensor] of all) if (!declared.has(name)) weights.at(name, tensor.shape)
  return { prediction, parameters: declared }
}

/** Encoder and projector: `rows`, [nAudios · tokensPerClip, hidden]. */
export const encoderGraph = (nAudios: number, nFrames: number, shape: ModelShape): { rows: Tensor } => ({
  rows: clipRows(nAudios, nFrames, shape, tableOf(shape)),
})

/** The encoder without the projector, of one clip: `encoded`, [tokens, width]. */
export function encodedGraph(nFrames: number, shape: ModelShape): { encoded: Tensor } {
  const logMel = input('log_mel', [1, shape.config.audio!.nMels, nFrames])
  return { encoded: encodedRows(logMel, input('n_positions', [1], 'int32'), tableOf(shape).weights, shape.config) }
}

/**
 * The model with a cache: `time` new tokens a row; logits of the last one (of a large vocabulary their shares too, at a
 * temperature if `tempered`), and the keys and values of all.
 */
export function cachedGraph(
  nRows: number,
  time: number,
  nAudioRows: number,
  { nLayers, nKvHeads, headDim, capacity }: GenerateRequest['cache'],
  shape: ModelShape,
  tempered = false,
): Record<string, Tensor> {
  const { config } = shape
  const { weights } = tableOf(shape)
  const slot = (name: string) =>
    Array.from({ length: nLayers }, (_, i) => input(`${name}.${i}`, [nRows, nKvHeads, capacity, headDim]))
  const kvCache: KvCache = {
    pastKeys: slot('past_key'),
    pastValues: slot('past_value'),
    lastIndex: input('last_index', [nRows], 'int32'),
    totalLength: input('total_length', [], 'int32'),
    presentKeys: [],
    presentValues: [],
  }
  const rows = nAudioRows > 0 ? input('audio_rows', [nAudioRows, config.language.hidden]) : null
  const audioIndex = rows ? input('audio_index', [nRows, time], 'int64') : null
  const states = audioLanguageModel(input('ids', [nRows, time], 'int64'), audioIndex, rows, weights, config, {
    kvCache,
  })
  const flat = reshape(states, [nRows * time, config.language.hidden])
  const last = time === 1 ? flat : gatherRows(flat, input('last_at', [nRows], 'int64'))
  const logits = logitsOf(last, weights, config)
  const outputs: Record<string, Tensor> = { logits, ...shareOutputs(logits, tempered) }
  for (let i = 0; i < nLayers; i++) {
    outputs[`present_key.${i}`] = kvCache.presentKeys[i]!
    outputs[`present_value.${i}`] = kvCache.presentValues[i]!
  }
  return outputs
}
