// Cost against sequence length, and against answers a prompt: how a step grows. A row is the best of several. About 30 s.
import { crossEntropy } from '../../src/update/losses/crossEntropy.ts'
import { benchPolicy, randomBatch } from './decoder.ts'
import { type BenchResult, best, inTurns, logSlope } from './result.ts'

const TIMES = [64, 128, 256, 512] // tokens
const SEQUENCES = 4
const GROUPS = [2, 4, 8, 16] // answers a prompt
const PROMPTS = 4
const PROMPT = 64 // tokens
const NEW = 32 // tokens
const ROUNDS = 4

/** Gradient and update on sequences of growing length; the slope is the exponent of the cost. */
export async function benchSequenceLength(): Promise<BenchResult> {
  const { engine, policy } = await benchPolicy()
  try {
    const runs = TIMES.map((time) => {
      const { batch, targets } = randomBatch(SEQUENCES, time)
      return async () => {
        await policy.gradients(batch, targets, crossEntropy)
        await policy.update({ step: 1, learningRate: 0 })
      }
    })
    const times = (await inTurns(runs, { rounds: ROUNDS })).map(best)
    return table('training step', TIMES, times, 'tokens', `${SEQUENCES} sequences`)
  } finally {
    await engine.close()
  }
}

/** Rollout of G answers a prompt and the update on them; prompts are read once, so more answers cost less each. */
export async function benchGroup(): Promise<BenchResult> {
  const { engine, policy } = await benchPolicy()
  try {
    const prompts = randomBatch(PROMPTS, PROMPT).batch.sequences
    const runs = GROUPS.map((group) => {
      const rows = Array.from({ length: PROMPTS * group }, (_, i) => ({ prompt: Math.floor(i / group), seed: i }))
      const tokens = rows.flatMap((_, sequence) =>
        Array.from({ length: NEW }, (_, i) => ({ sequence, position: PROMPT + i })),
      )
      const weight = new Float32Array(tokens.length).fill(1 / tokens.length)
      return async () => {
        const batch = { audios: [], sequences: prompts }
        const answers = await policy.generate({ batch, rows, maxNewTokens: NEW, stopIds: [] })
        const sequences = answers.map(({ completionIds }, i) => ({
          ids: [...prompts[rows[i]!.prompt]!.ids, ...completionIds],
          audios: [],
        }))
        await policy.gradients({ audios: [], sequences }, { tokens, values: { weight } }, crossEntropy)
        await policy.update({ step: 1, learningRate: 0 })
      }
    })
    const times = (await inTurns(runs, { rounds: ROUNDS, warmUp: 1 })).map(best)
    return table('rollout and update', GROUPS, times, 'answers a prompt', `${PROMPTS} prompts of ${PROMPT} tokens`)
  } finally {
    await engine.close()
  }
}

function table(
  what: string,
  sizes: readonly number[],
  times: readonly number[],
  unit: string,
  of: string,
): BenchResult {
  const slope = logSlope(sizes.map((size, i) => [size, times[i]!] as const))
  return {
    name: `${what} against ${unit}`,
    rows: sizes.map((size, i) => ({ label: `${size} ${unit}`, value: times[i]!, unit: 'ms' })),
    note: `${of}; cost grows with the power ${slope.toFixed(2)}`,
  }
}
