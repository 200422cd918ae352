import type { AudioLanguageConfig } from '../architectures/audioLanguageModel.ts'
import { audioTokenCount } from '../audioTokens.ts'
import { sfc32 } from '../random.ts'
import type { Value, Values } from '../runtime/runtime.ts'
import type { AudioFeatures, Batch, Targets, TokenSequence } from './batch.ts'

/** What turning a batch into feeds must know of the model. */
export interface FeedOptions {
  readonly config: AudioLanguageConfig
  /** Id of `<|AUDIO|>`; −1 for a model that hears nothing. */
  readonly audioId: number
  readonly padId: number
}

/** Sizes of a batch after padding: a graph is specialised to them. */
export interface BatchSizes {
  readonly batch: number
  readonly time: number
  readonly nTargets: number
  readonly nAudios: number
  readonly nFrames: number
  /** Rows hold several sequences. */
  readonly packed?: true
  /** Rows of encoder outputs that are fed in place of clips. */
  readonly nHeard?: number
}

/** A batch as a graph reads it; `key` names its sizes. */
export interface Fed {
  readonly feeds: Readonly<Record<string, Value>>
  readonly sizes: BatchSizes
  readonly key: string
}

/** Sizes that graphs are specialised to; fewer sizes compile fewer graphs, at the price of some padding. */
export const TIME_BUCKET = 16
const TARGET_BUCKET = 256
const HEARD_BUCKET = 256

/** `n` rounded up to a multiple of `multiple`, at least one. */
export const upTo = (n: number, multiple: number): number => Math.max(multiple, Math.ceil(n / multiple) * multiple)
/** `n` rounded up to a power of two. */
export const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, n)))

export const int64 = (shape: readonly number[], data: Values): Value => ({ dtype: 'int64', shape, data })

/**
 * A batch and the targets of its loss as feeds: `ids`, `target_at`, `target_ids`, the clips, values and numbers by name.
 * With `heard`, the encoder's outputs of each clip, these are fed in place of the clips.
 */
export function batchFeeds(
  batch: Batch,
  { tokens, values = {}, numbers = {} }: Targets,
  options: FeedOptions,
  heard?: readonly Float32Array[],
): Fed {
  const { sequences, packing } = batch
  const places = placesOf(batch)
  const nRows = packing?.rows.length ?? sequences.length
  const time = upTo(packing?.length ?? Math.max(...sequences.map(({ ids }) => ids.length)), TIME_BUCKET)
  const nTargets = upTo(tokens.length, TARGET_BUCKET)
  const audio = heard ? null : clipFeeds(batch.audios, options.config)
  const known = heard && heardFeeds(heard, options.config)
  const audible = audibleOnly(batch, options.config)
  const firstRow = known?.firstRow ?? ((clip: number) => clip * (audio?.tokensPerClip ?? 0))
  const text = paddedIds(audible, nRows, time, firstRow, options, places)
  const at = new BigInt64Array(nTargets)
  const ids = new BigInt64Array(nTargets)
  for (const [i, { sequence, position }] of tokens.entries()) {
    const { row, offset } = places[sequence]!
    at[i] = BigInt(row * time + offset + position - 1)
    ids[i] = BigInt(batch.sequences[sequence]!.ids[position] ?? options.padId) // behind the end stands no word
  }
  const feeds: Record<string, Value> = {
    ids: text.ids,
    target_at: int64([nTargets], at),
    target_ids: int64([nTargets], ids),
  }
  if (audio) {
    Object.assign(feeds, { audio_index: text.audioIndex, log_mel: audio.logMel, n_positions: audio.nPositions })
  }
  if (known) Object.assign(feeds, { audio_index: text.audioIndex, heard: known.rows })
  if (packing) Object.assign(feeds, segmentFeeds(sequences, places, nRows, time))
  for (const [name, data] of Object.entries(values)) {
    const padded = new Float32Array(nTargets)
    padded.set(data)
    feeds[name] = { dtype: 'float32', shape: [nTargets], data: padded }
  }
  for (const [name, value] of Object.entries(numbers)) {
    feeds[name] = { dtype: 'float32', shape: [], data: Float32Array.of(value) }
  }
  const sizes = {
    batch: nRows,
    time,
    nTargets,
    nAudios: audio?.nAudios ?? 0,
    nFrames: audio?.nFrames ?? 0,
    ...(known && { nHeard: known.rows.shape[0]! }),
  }
  const key = `${Object.values(sizes).join('x')}${packing ? 'packed' : ''}${known ? 'heard' : ''}`
  return { feeds, sizes: packing ? { ...sizes, packed: true } : sizes, key }
}

/** Encoder outputs of clips one below another, zeros behind them, and where each clip's begin. */
function heardFeeds(heard: readonly Float32Array[], { audio }: AudioLanguageConfig) {
  const width = audio!.hidden
  const first: number[] = []
  let nRows = 0
  for (const { length } of heard) {
    first.push(nRows)
    nRows += length / width
  }
  const nPadded = upTo(nRows, HEARD_BUCKET)
  const data = new Float32Array(nPadded * width)
  for (const [clip, rows] of heard.entries()) data.set(rows, first[clip]! * width)
  const rows = { dtype: 'float32', shape: [nPadded, width], data } satisfies Value
  return { rows, firstRow: (clip: number) => first[clip]! }
}

/** Where a sequence stands: its row, and the place of its first token there. */
interface Place {
  readonly row: number
  readonly offset: number
}

/** @throws RangeError when a row is too short, or a sequence stands nowhere or twice */
function placesOf({ sequences, packing }: Batch): Place[] {
  if (!packing) return sequences.map((_, row) => ({ row, offset: 0 }))
  const places = new Map<number, Place>()
  for (const [row, held] of packing.rows.entries()) {
    let offset = 0
    for (const sequence of held) {
      places.set(sequence, { row, offset })
      offset += sequences[sequence]!.ids.length
    }
    if (offset > packing.length) throw new RangeError(`row ${row} has ${offset} tokens, of ${packing.length} places.`)
  }
  const nPlaced = packing.rows.reduce((total, held) => total + held.length, 0)
  if (places.size !== sequences.length || nPlaced !== sequences.length) {
    throw new RangeError(`${nPlaced} places hold ${places.size} of ${sequences.length} sequences; each stands once.`)
  }
  return sequences.map((_, i) => places.get(i)!)
}

/** Positions that begin anew with every sequence, and the number of each token's sequence in its row; padding is −1. */
function segmentFeeds(sequences: readonly TokenSequence[], places: readonly Place[], nRows: number, time: number) {
  const positions = new BigInt64Array(nRows * time)
  const segments = new BigInt64Array(nRows * time).fill(-1n)
  for (const [i, { ids }] of sequences.entries()) {
    const { row, offset } = places[i]!
    for (let t = 0; t < ids.length; t++) positions[row * time + offset + t] = BigInt(t)
    segments.fill(BigInt(i), row * time + offset, row * time + offset + ids.length)
  }
  return { position_ids: int64([nRows, time], positions), segment_ids: int64([nRows, time], segments) }
}

/**
 * NEFTune's noise (arXiv 2310.05914): uniform in ±α/√(tokens · hidden), the tokens being those of a sequence, 0 on padding;
 * [batch, time, hidden].
 */
export function noiseFeed(
  batch: Batch,
  { batch: nRows, time }: BatchSizes,
  hidden: number,
  alpha: number,
  seed: number,
) {
  const random = sfc32(seed)
  const data = new Float32Array(nRows * time * hidden)
  for (const [i, { row, offset }] of placesOf(batch).entries()) {
    const size = batch.sequences[i]!.ids.length * hidden
    const from = (row * time + offset) * hidden
    const bound = alpha / Math.sqrt(size)
    for (let k = 0; k < size; k++) data[from + k] = bound * (2 * random() - 1)
  }
  return { dtype: 'float32', shape: [nRows, time, hidden], data } satisfies Value
}

/**
 * Clips padded to one length, that of the longest at least: [nAudios, nMels, nFrames] with zeros behind the true end; null
 * where there are none.
 */
export function clipFeeds(audios: readonly AudioFeatures[], config: AudioLanguageConfig, atLeast = 0) {
  if (audios.length === 0) return null
  if (!config.audio) throw new RangeError(`the model hears no sound; ${audios.length} clips were given.`)
  const { nMels, pool } = config.audio
  const nFrames = upTo(Math.max(atLeast, ...audios.map((a) => a.nFrames)), 4 * 2 * pool)
  const nAudios = audios.length <= 8 ? powerOfTwo(audios.length) : upTo(audios.length, 8)
  const data = new Float32Array(nAudios * nMels * nFrames)
  const nPositions = new Int32Array(nAudios).fill(1)
  for (const [i, clip] of audios.entries()) {
    if (clip.nMels !== nMels) throw new RangeError(`a clip has ${clip.nMels} mel bands, the model reads ${nMels}.`)
    for (let band = 0; band < nMels; band++) {
      data.set(clip.data.subarray(band * clip.nFrames, (band + 1) * clip.nFrames), (i * nMels + band) * nFrames)
    }
    nPositions[i] = Math.floor((clip.nFrames - 1) / 2) + 1
  }
  return {
    nAudios,
    nFrames,
    tokensPerClip: nFrames / (2 * pool),
    logMel: { dtype: 'float32', shape: [nAudios, nMels, nFrames], data } satisfies Value,
    nPositions: { dtype: 'int32', shape: [nAudios], data: nPositions } satisfies Value,
  }
}

/** The sequences without those clips that are too short for a token, which no place stands for. */
export function audibleOnly(
  { sequences, audios }: Pick<Batch, 'sequences' | 'audios'>,
  { audio }: AudioLanguageConfig,
): readonly TokenSequence[] {
  const heard = audios.map(({ nFrames }) => !audio || audioTokenCount(nFrames, { pool: audio.pool }) > 0)
  if (heard.every((one) => one)) return sequences
  return sequences.map(({ ids, audios: clips }) => ({ ids, audios: clips.filter((clip) => heard[clip] !== false) }))
}

/**
 * Ids padded on the right to [nRows, time], and for every audio place the row of the encoder's output, which for each clip
 * begin at `firstRow`. `places`: a row each.
 */
export function paddedIds(
  sequences: readonly TokenSequence[],
  nRows: number,
  time: number,
  firstRow: (clip: number) => number,
  { audioId, padId }: FeedOptions,
  places: readonly Place[] = sequences.map((_, row) => ({ row, offset: 0 })),
) {
  const ids = new BigInt64Array(nRows * time).fill(BigInt(padId))
  const audioIndex = new BigInt64Array(nRows * time).fill(-1n)
  for (const [i, { ids: tokens, audios }] of sequences.entries()) {
    const { row, offset } = places[i]!
    const from = row * time + offset
    let clip = -1
    let within = 0
    for (const [t, id] of tokens.entries()) {
      ids[from + t] = BigInt(id)
      if (id !== audioId) continue
      if (tokens[t - 1] !== audioId) {
        clip++
        within = 0
      }
      const source = audios[clip]
      if (source === undefined) throw new RangeError(`a sequence has more audio places than clips (${audios.length}).`)
      audioIndex[from + t] = BigInt(firstRow(source) + within++)
    }
  }
  return { ids: int64([nRows, time], ids), audioIndex: int64([nRows, time], audioIndex) }
}
