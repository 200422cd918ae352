import * as ort from 'onnxruntime-node'
import { sfc32 } from '../random.ts'
import type { Runtime, Value } from '../runtime/runtime.ts'
import { type SamplingOptions, sampleFromShares, sampleToken } from './sampling.ts'
import { INVERSE_TEMPERATURE } from './shares.ts'

/** Graphs and prompts of one call; `src` never builds this by hand, {@link Policy.generate} does. */
export interface GenerateRequest {
  /** Prompt chunks: right-padded ids, each run once through its prefill graph. */
  readonly prefills: readonly {
    readonly graph: string
    readonly feeds: Readonly<Record<string, Value>>
    /** Real tokens of each prompt in the chunk (padding rows left out). */
    readonly lengths: readonly number[]
  }[]
  /** Decode graphs by batch size, ascending. */
  readonly decoders: readonly { readonly batch: number; readonly graph: string }[]
  readonly cache: {
    readonly nLayers: number
    readonly nKvHeads: number
    readonly headDim: number
    readonly capacity: number
  }
  readonly vocab: number
  /** One a completion: which prompt it continues, and its seed. */
  readonly rows: readonly { readonly prompt: number; readonly seed: number }[]
  readonly sampling: SamplingOptions
  readonly maxNewTokens: number
  readonly stopIds: readonly number[]
  /** Where weights are read from, as for a run. */
  readonly bind?: Readonly<Record<string, string>>
  readonly bindPrefix?: string
  /** Shared memory: once its first element is not 0, the rows that are left end where they are. */
  readonly stop?: Int32Array
}

export interface GeneratedRow {
  /** Sampled token ids, the stop token included when one was drawn. */
  readonly completionIds: number[]
  /** Natural-log probability of each under the model, temperature 1. */
  readonly logProbs: number[]
  readonly finishReason: 'stop' | 'length'
}

/**
 * Told of sampled tokens as they come: the row, ids, and the log-probability of each as in {@link GeneratedRow}; and, with
 * the row's last call, why it ended. A stop token is not told.
 */
export type OnTokens = (row: number, ids: number[], logProbs: number[], ended?: GeneratedRow['finishReason']) => void

const isStopped = ({ stop }: GenerateRequest): boolean => stop !== undefined && Atomics.load(stop, 0) !== 0

interface Live {
  readonly row: number
  readonly seen: Set<number>
  length: number
  lastId: number
}

/**
 * Samples one completion a row. Each prompt is read once, its keys and values are copied to the rows that continue it;
 * rows that have finished leave the batch. Deterministic in the seeds.
 */
export async function generate(
  runtime: Runtime,
  request: GenerateRequest,
  onTokens?: OnTokens,
): Promise<GeneratedRow[]> {
  const { cache, rows, sampling, maxNewTokens, vocab } = request
  const stops = new Set(request.stopIds)
  const stride = cache.nKvHeads * cache.capacity * cache.headDim
  const names = Array.from({ length: cache.nLayers }, (_, i) => [`past_key.${i}`, `past_value.${i}`]).flat()
  const batchMax = decoderFor(request.decoders, rows.length).batch
  const buffers = names.map(() => new Float32Array(batchMax * stride))
  const results = rows.map(() => ({
    completionIds: [] as number[],
    logProbs: [] as number[],
    finishReason: 'length' as 'stop' | 'length',
  }))
  const randoms = rows.map(({ seed }) => sfc32(seed))
  let live: Live[] = []

  const draw = ({ logits, shares, logNorm }: Stepped, at: number, { seen, row }: Live) => {
    const of = (values: Float32Array) => values.subarray(at * vocab, (at + 1) * vocab)
    const random = randoms[row]!
    if (!shares) return sampleToken(of(logits), sampling, seen, random)
    return sampleFromShares({ logits: of(logits), shares: of(shares), logNorm: logNorm![at]! }, sampling, seen, random)
  }
  const take = (stepped: Stepped, at: number, state: Live): boolean => {
    const result = results[state.row]!
    const { id, logProb } = draw(stepped, at, state)
    result.completionIds.push(id)
    result.logProbs.push(logProb)
    state.seen.add(id)
    state.lastId = id
    const isStop = stops.has(id)
    if (isStop) result.finishReason = 'stop'
    const goesOn = !isStop && result.completionIds.length < maxNewTokens && state.length < cache.capacity
    onTokens?.(state.row, isStop ? [] : [id], isStop ? [] : [logProb], goesOn ? undefined : result.finishReason)
    return goesOn
  }

  // Prompts: prefill each chunk, then hand its keys and values to the rows that continue it.
  let firstPrompt = 0
  for (const { graph, feeds, lengths } of request.prefills) {
    if (isStopped(request)) break
    const chunk = feeds.ids!.shape[0]!
    const past = names.map(() => new Float32Array(chunk * stride))
    const stepped = await step(runtime, request, graph, feeds, names, past, [chunk, cache])
    for (const [row, { prompt }] of rows.entries()) {
      const at = prompt - firstPrompt
      if (at < 0 || at >= lengths.length) continue
      const slot = live.length
      for (const [i, buffer] of buffers.entries())
        buffer.set(past[i]!.subarray(at * stride, (at + 1) * stride), slot * stride)
      const state: Live = { row, seen: new Set(), length: lengths[at]!, lastId: 0 }
      live.push(state)
      if (!take(stepped, at, state)) live.pop()
    }
    firstPrompt += lengths.length
  }

  while (live.length > 0 && !isStopped(request)) {
    const { batch, graph } = decoderFor(request.decoders, live.length)
    const ids = new BigInt64Array(batch)
    const lastIndex = new Int32Array(batch)
    let longest = 0
    for (const [slot, { lastId, length }] of live.entries()) {
      ids[slot] = BigInt(lastId)
      lastIndex[slot] = length
      longest = Math.max(longest, length)
    }
    const feeds: Record<string, Value> = {
      ids: { dtype: 'int64', shape: [batch, 1], data: ids },
      last_index: { dtype: 'int32', shape: [batch], data: lastIndex },
      total_length: { dtype: 'int32', shape: [], data: Int32Array.of(longest + 1) },
    }
    const views = buffers.map((buffer) => buffer.subarray(0, batch * stride))
    const stepped = await step(runtime, request, graph, feeds, names, views, [batch, cache])
    const kept: Live[] = []
    for (const [slot, state] of live.entries()) {
      state.length++
      if (!take(stepped, slot, state)) continue
      const to = kept.length
      if (to !== slot) for (const buffer of buffers) buffer.copyWithin(to * stride, slot * stride, (slot + 1) * stride)
      kept.push(state)
    }
    live = kept
  }
  return results
}

function decoderFor(decoders: GenerateRequest['decoders'], rows: number) {
  return decoders.find(({ batch }) => batch >= rows) ?? decoders.at(-1)!
}

/** What a pass gives: [rows, vocab], and of a large vocabulary its shares (see `shareOutputs`). */
interface Stepped {
  readonly logits: Float32Array
  readonly shares?: Float32Array
  readonly logNorm?: Float32Array
}

/** One pass; the cache tensors are both past and present, so that keys and values are appended in place. */
async function step(
  runtime: Runtime,
  { bind = {}, bindPrefix = '', sampling: { temperature } }: GenerateRequest,
  graph: string,
  feeds: Readonly<Record<string, Value>>,
  names: readonly string[],
  buffers: readonly Float32Array[],
  [batch, cache]: [number, GenerateRequest['cache']],
): Promise<Stepped> {
  const shape = [batch, cache.nKvHeads, cache.capacity, cache.headDim]
  const inputs: Record<string, ort.Tensor> = {}
  const into: Record<string, ort.Tensor> = {}
  for (const [i, name] of names.entries()) {
    const tensor = new ort.Tensor('float32', buffers[i]!, shape)
    inputs[name] = tensor
    into[name.replace('past', 'present')] = tensor
  }
  const loaded = runtime.graph(graph)
  for (const name of loaded.inputs) {
    const value = feeds[name]
    if (name === INVERSE_TEMPERATURE) inputs[name] = new ort.Tensor('float32', Float32Array.of(1 / temperature), [])
    else if (value) inputs[name] = new ort.Tensor(value.dtype, value.data as Float32Array, value.shape)
    else if (!(name in inputs)) inputs[name] = runtime.bound(name, { bind, bindPrefix })
  }
  const fetched = ['logits', 'shares', 'log_norm'].filter((name) => loaded.outputs.includes(name))
  const results = await runtime.runRaw(graph, inputs, into, fetched)
  const values = (name: string) => results[name]?.data as Float32Array | undefined
  const [shares, logNorm] = [values('shares'), values('log_norm')]
  return { logits: values('logits')!, ...(shares && { shares }), ...(logNorm && { logNorm }) }
}
