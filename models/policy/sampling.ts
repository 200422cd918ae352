import { headDimOf } from '../architectures/decoder.ts'
import type { MappedWeights } from '../checkpoint/mapped.ts'
import type { GeneratedRow, GenerateRequest, OnTokens } from '../generation/generate.ts'
import { plainSampling, type SamplingOptions } from '../generation/sampling.ts'
import { compile } from '../graph/index.ts'
import type { Engine } from '../runtime/engine.ts'
import type { Value } from '../runtime/runtime.ts'
import type { AudioFeatures, Batch, TokenSequence } from './batch.ts'
import { audibleOnly, clipFeeds, type FeedOptions, int64, paddedIds, powerOfTwo, TIME_BUCKET, upTo } from './feeds.ts'
import { cachedGraph, encoderGraph, type ModelShape } from './graphs.ts'

/** What sampling needs of a policy. */
export interface Sampler extends ModelShape, FeedOptions {
  readonly engine: Engine
  readonly mapped: MappedWeights | undefined
  readonly suppressIds: readonly number[]
}

export interface SampleRequest {
  readonly batch: Batch
  /** One a completion: which sequence of the batch it continues, and its seed. */
  readonly rows: readonly { readonly prompt: number; readonly seed: number }[]
  readonly maxNewTokens: number
  readonly stopIds: readonly number[]
  readonly sampling?: Partial<SamplingOptions>
  readonly onTokens?: OnTokens
  /** When aborted, sampling ends after the token at hand; rows keep what they have. */
  readonly signal?: AbortSignal
}

/** Lengths of caches, and prompts read at once: fewer sizes compile fewer graphs. */
const CACHE_BUCKET = 128
const PREFILL_ROWS = 16

interface Heard {
  readonly rows: Value
  readonly tokensPerClip: number
}

/** Samples a completion for every row; prompts may carry different clips, and a prompt may have many rows. */
export async function sampleRows(sampler: Sampler, request: SampleRequest): Promise<GeneratedRow[]> {
  const { batch, rows, maxNewTokens, signal } = request
  const { language } = sampler.config
  const longest = Math.max(...batch.sequences.map(({ ids }) => ids.length))
  const capacity = upTo(longest + maxNewTokens, CACHE_BUCKET)
  if (longest + maxNewTokens > language.maxPositions) {
    throw new RangeError(
      `a prompt of ${longest} tokens and ${maxNewTokens} new ones do not fit the model's ${language.maxPositions} positions.`,
    )
  }
  const { temperature = plainSampling.temperature } = request.sampling ?? {}
  const tempered = temperature !== 0 && temperature !== 1
  const headDim = headDimOf(language)
  const cache = { nLayers: language.nLayers, nKvHeads: language.nKvHeads, headDim, capacity }
  const heard = batch.audios.length > 0 ? await encode(sampler, batch.audios) : null

  // Prompts of like length share a chunk; rows are renumbered to the order in which prompts are read.
  const audible = audibleOnly(batch, sampler.config)
  const order = batch.sequences
    .map((_, i) => i)
    .sort((a, b) => batch.sequences[a]!.ids.length - batch.sequences[b]!.ids.length)
  const prefills: GenerateRequest['prefills'][number][] = []
  for (let at = 0; at < order.length; ) {
    const nRows = Math.min(PREFILL_ROWS, powerOfTwo(order.length - at))
    const chosen = order.slice(at, at + nRows).map((i) => audible[i]!)
    prefills.push(await prefill(sampler, chosen, nRows, heard, cache, tempered))
    at += nRows
  }
  const decoders: { batch: number; graph: string }[] = []
  for (let n = 1; ; n *= 2) {
    decoders.push({ batch: n, graph: await decoder(sampler, n, cache, tempered) })
    if (n >= rows.length) break
  }
  const place = new Map(order.map((prompt, i) => [prompt, i]))
  const stop = signal && new Int32Array(new SharedArrayBuffer(4))
  const end = () => stop && Atomics.store(stop, 0, 1)
  if (signal?.aborted) end()
  signal?.addEventListener('abort', end, { once: true })
  const generated = sampler.engine.generate(
    {
      prefills,
      decoders,
      cache,
      vocab: language.vocab,
      rows: rows.map(({ prompt, seed }) => ({ prompt: place.get(prompt)!, seed })),
      sampling: { ...plainSampling, suppressIds: sampler.suppressIds, ...request.sampling },
      maxNewTokens,
      stopIds: request.stopIds,
      ...(stop && { stop }),
    },
    request.onTokens,
  )
  return generated.finally(() => signal?.removeEventListener('abort', end))
}

async function encode(sampler: Sampler, audios: readonly AudioFeatures[]): Promise<Heard> {
  const { engine, mapped } = sampler
  const fed = clipFeeds(audios, sampler.config)!
  const graph = `encode:${fed.nAudios}x${fed.nFrames}`
  await engine.define(graph, () => compile(encoderGraph(fed.nAudios, fed.nFrames, sampler), mapped))
  const feeds = { log_mel: fed.logMel, n_positions: fed.nPositions }
  const { rows } = await engine.run({ graph, feeds, fetch: ['rows'] })
  return { rows: rows!, tokensPerClip: fed.tokensPerClip }
}

async function prefill(
  sampler: Sampler,
  prompts: readonly TokenSequence[],
  nRows: number,
  heard: Heard | null,
  cache: GenerateRequest['cache'],
  tempered: boolean,
): Promise<GenerateRequest['prefills'][number]> {
  const { engine, mapped } = sampler
  const lengths = prompts.map(({ ids }) => ids.length)
  const time = upTo(Math.max(...lengths), TIME_BUCKET)
  const text = paddedIds(prompts, nRows, time, (clip) => clip * (heard?.tokensPerClip ?? 0), sampler)
  const nAudioRows = heard?.rows.shape[0] ?? 0
  const graph = `prefill:${nRows}x${time}x${nAudioRows}x${cache.capacity}${tempered ? ':tempered' : ''}`
  await engine.define(graph, () => compile(cachedGraph(nRows, time, nAudioRows, cache, sampler, tempered), mapped))
  const last = Int32Array.from({ length: nRows }, (_, i) => (lengths[i] ?? 1) - 1)
  const lastAt = BigInt64Array.from({ length: nRows }, (_, i) => BigInt(i * time + last[i]!))
  const feeds: Record<string, Value> = {
    ids: text.ids,
    last_index: { dtype: 'int32', shape: [nRows], data: last },
    total_length: { dtype: 'int32', shape: [], data: Int32Array.of(time) },
    last_at: int64([nRows], lastAt),
  }
  if (heard) Object.assign(feeds, { audio_rows: heard.rows, audio_index: text.audioIndex })
  return { graph, feeds, lengths }
}

async function decoder(
  sampler: Sampler,
  nRows: number,
  cache: GenerateRequest['cache'],
  tempered: boolean,
): Promise<string> {
  const graph = `decode:${nRows}x${cache.capacity}${tempered ? ':tempered' : ''}`
  const make = () => compile(cachedGraph(nRows, 1, 0, cache, sampler, tempered), sampler.mapped)
  await sampler.engine.define(graph, make)
  return graph
}
