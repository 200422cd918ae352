import { Policy, startEngine } from '../../models/index.ts'
import { seededRandom } from '../../src/random.ts'

/** The decoder that is measured: 3.4 M parameters. Its audio tower is as small as can be and is not heard. */
export const AUDIO_ID = 1
export const language = {
  vocab: 1024,
  hidden: 256,
  nLayers: 4,
  nHeads: 8,
  nKvHeads: 4,
  ffn: 768,
  ropeTheta: 10_000,
  rmsEpsilon: 1e-6,
  tied: true,
  maxPositions: 1024,
}

export async function benchPolicy() {
  const audio = { nMels: 80, hidden: 16, nLayers: 1, nHeads: 1, ffn: 16, pool: 2 } as const
  const engine = startEngine()
  const policy = new Policy({ config: { audio, language }, engine, audioId: AUDIO_ID, padId: 0 })
  await policy.initialise(1)
  await policy.resetOptimiser()
  return { engine, policy }
}

/** Sequences of random words, every token but the first to be predicted with equal weight. */
export function randomBatch(nSequences: number, length: number) {
  const random = seededRandom(`${nSequences}x${length}`)
  const sequences = Array.from({ length: nSequences }, () => ({
    ids: Array.from({ length }, () => 2 + random.integer(language.vocab - 2)),
    audios: [],
  }))
  const tokens = sequences.flatMap(({ ids }, sequence) => ids.slice(1).map((_, i) => ({ sequence, position: i + 1 })))
  const weight = new Float32Array(tokens.length).fill(1 / tokens.length)
  return { batch: { audios: [], sequences }, targets: { tokens, values: { weight } } }
}

/** Parameters that words pass through, the tied embedding table counted once. */
export const nLanguageParameters = ({ parameters }: Policy): number =>
  [...parameters].reduce(
    (total, [name, shape]) => total + (name.startsWith('language_model.') ? shape.reduce((a, b) => a * b, 1) : 0),
    0,
  )
