// Sampling, 4 layers × 256, batch 16: one key-value cache that grows in place, against caches that are copied at every
// step, into a second buffer or (what a program gets that binds no outputs) into new tensors. Step by step in turns; a row
// is the lower quartile. About 15 s.
import * as ort from 'onnxruntime-node'
import { architectures, graph } from '../../models/index.ts'
import { benchPolicy, language } from './decoder.ts'
import { type BenchResult, inTurns } from './result.ts'

const BATCH = 16
const PROMPT = 64 // tokens that the caches hold at the beginning: a short clip and its question
const NEW = 64 // tokens sampled
const CAPACITY = 512 // tokens that a cache has room for
const ROUNDS = 6
const TARGET = 1.5 // times as fast

export async function benchSampling(): Promise<BenchResult> {
  const { engine, policy } = await benchPolicy()
  try {
    const weights = new Map<string, ort.Tensor>()
    const values = await policy.weights()
    for (const [name, shape] of policy.parameters) weights.set(name, float(values.get(name)!, shape))
    const session = await ort.InferenceSession.create(oneTokenGraph(), { logSeverityLevel: 3 })
    const steppers = (['in place', 'second buffer', 'new tensors'] as const).map((cache) =>
      decoding(session, weights, cache),
    )
    const prompt = { ids: Array.from({ length: PROMPT }, (_, i) => 2 + i), audios: [] }
    const generate = () =>
      policy.generate({
        batch: { audios: [], sequences: [prompt] },
        rows: Array.from({ length: BATCH }, (_, seed) => ({ prompt: 0, seed })),
        maxNewTokens: NEW,
        stopIds: [],
      })
    const steps = await inTurns(steppers, { rounds: NEW * ROUNDS, warmUp: 4 })
    const [whole] = await inTurns([generate], { rounds: ROUNDS, warmUp: 1 })
    const speeds = [...steps.map((ms) => BATCH / lowerQuartile(ms)), (BATCH * NEW) / lowerQuartile(whole!)].map(
      (perMs) => 1000 * perMs,
    ) as [number, number, number, number]
    const labels = [
      'decoding, cache grows in place',
      'decoding, cache copied to a second buffer',
      'decoding, cache copied to new tensors',
      'Policy.generate, with prompt and draws',
    ]
    return {
      name: `sampling, ${language.nLayers} layers × ${language.hidden}, batch ${BATCH}`,
      rows: labels.map((label, i) => ({ label, value: speeds[i]!, unit: 'tokens/s' })),
      ratio: speeds[0] / speeds[2],
      target: TARGET,
      note: `ratio: in place to new tensors, the faster way to copy at most lengths; caches of ${CAPACITY} tokens that fill from ${PROMPT} to ${PROMPT + NEW}`,
    }
  } finally {
    await engine.close()
  }
}

const cacheShape = [BATCH, language.nKvHeads, CAPACITY, language.hidden / language.nHeads]
const layers = Array.from({ length: language.nLayers }, (_, i) => i)
const slots = layers.flatMap((i) => [`key.${i}`, `value.${i}`])
const float = (data: Float32Array, shape: readonly number[]) => new ort.Tensor('float32', data, shape)

/** The decoder, one new token a row over its cache. */
function oneTokenGraph(): Uint8Array {
  const weights = architectures.weightTable().weights.in('language_model')
  const kvCache: architectures.KvCache = {
    pastKeys: layers.map((i) => graph.input(`past_key.${i}`, cacheShape)),
    pastValues: layers.map((i) => graph.input(`past_value.${i}`, cacheShape)),
    lastIndex: graph.input('last_index', [BATCH], 'int32'),
    totalLength: graph.input('total_length', [], 'int32'),
    presentKeys: [],
    presentValues: [],
  }
  const x = architectures.embedTokens(graph.input('ids', [BATCH, 1], 'int64'), weights, language)
  const states = architectures.decoder(x, weights, language, { kvCache })
  const logits = architectures.languageHead(graph.reshape(states, [BATCH, language.hidden]), weights, language)
  const presents = layers.flatMap((i) => [
    [`present_key.${i}`, kvCache.presentKeys[i]!],
    [`present_value.${i}`, kvCache.presentValues[i]!],
  ])
  return graph.compile({ logits, ...Object.fromEntries(presents) }).bytes
}

/**
 * One step of decoding a call, over caches that fill from PROMPT to PROMPT + NEW and begin anew. What token is sampled does
 * not change the cost, so it is always the same.
 */
function decoding(
  session: ort.InferenceSession,
  weights: ReadonlyMap<string, ort.Tensor>,
  cache: 'in place' | 'second buffer' | 'new tensors',
): () => Promise<void> {
  const empty = () =>
    new Map<string, ort.Tensor>(slots.map((name) => [name, float(new Float32Array(product(cacheShape)), cacheShape)]))
  const fixed = Object.fromEntries([...weights].filter(([name]) => session.inputNames.includes(name)))
  let past = empty()
  let spare = cache === 'in place' ? past : empty()
  let t = PROMPT
  return async () => {
    const feeds: Record<string, ort.Tensor> = {
      ...fixed,
      ids: new ort.Tensor('int64', new BigInt64Array(BATCH).fill(7n), [BATCH, 1]),
      last_index: new ort.Tensor('int32', new Int32Array(BATCH).fill(t), [BATCH]),
      total_length: new ort.Tensor('int32', Int32Array.of(t + 1), []),
    }
    const fetches: Record<string, ort.Tensor | null> = { logits: null }
    for (const name of slots) {
      feeds[`past_${name}`] = past.get(name)!
      fetches[`present_${name}`] = cache === 'new tensors' ? null : spare.get(name)!
    }
    const results = await session.run(feeds, fetches)
    if (cache === 'new tensors') past = new Map(slots.map((name) => [name, results[`present_${name}`] as ort.Tensor]))
    else [past, spare] = [spare, past]
    t = t + 1 < PROMPT + NEW ? t + 1 : PROMPT
  }
}

const lowerQuartile = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 2]!
const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
