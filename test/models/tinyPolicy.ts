import { graph, type Objective, Policy, startEngine } from '../../models/index.ts'

const { mul, neg, sum } = graph

/** A policy small enough to differentiate numerically: two clips, ragged prompts, grouped heads. */
export const AUDIO_ID = 4
export const STOP_ID = 3
export const tinyConfig = {
  audio: { nMels: 80, hidden: 16, nLayers: 1, nHeads: 2, ffn: 32, pool: 2 },
  language: {
    vocab: 40,
    hidden: 64,
    nLayers: 2,
    nHeads: 4,
    nKvHeads: 2,
    ffn: 32,
    ropeTheta: 10_000,
    rmsEpsilon: 1e-6,
    tied: true,
    maxPositions: 256,
  },
}

export async function tinyPolicy(seed = 1) {
  const engine = startEngine()
  const policy = new Policy({ config: tinyConfig, engine, audioId: AUDIO_ID, padId: 0 })
  await policy.initialise(seed)
  return { engine, policy }
}

export const clip = (nFrames: number, phase: number) => ({
  data: Float32Array.from({ length: 80 * nFrames }, (_, i) => Math.sin(0.37 * i + phase)),
  nMels: 80,
  nFrames,
})

const audioTokens = (nFrames: number) => Math.floor((Math.floor((nFrames - 1) / 2) + 1) / 2)

/** Sequences of different lengths over clips of different lengths. */
export function tinyBatch() {
  const audios = [clip(24, 0), clip(13, 1)]
  const place = (k: number) => Array<number>(audioTokens(audios[k]!.nFrames)).fill(AUDIO_ID)
  const sequences = [
    { ids: [1, 2, ...place(0), 5, 9, 11, 13], audios: [0] },
    { ids: [1, ...place(1), 6, 8], audios: [1] },
    { ids: [1, ...place(1), 7, ...place(0), 9, 10, 12, 14, 16], audios: [1, 0] },
  ]
  return { audios, sequences }
}

export const lastTokens = (batch: { sequences: readonly { ids: readonly number[] }[] }, n: number) =>
  batch.sequences.flatMap(({ ids }, sequence) =>
    Array.from({ length: Math.min(n, ids.length - 1) }, (_, i) => ({ sequence, position: ids.length - 1 - i })),
  )

export const likelihood: Objective = {
  name: 'likelihood',
  build: ({ logProbs, value }) => ({ loss: neg(sum(mul(logProbs, value('weight')))) }),
}
