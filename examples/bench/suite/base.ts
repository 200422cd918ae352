import { seededRandom } from '../../../src/random.ts'
import type { Suite } from './experiment.ts'
import { asked, problems, taught, type Which } from './tasks.ts'

/** How the suite's models are made from nothing. */
export const MODEL = {
  audio: { width: 16, layers: 1, heads: 2, pool: 8 },
  language: {
    hidden: 64,
    layers: 2,
    heads: 4,
    kv_heads: 2,
    ffn: 192,
    vocab: 330,
    max_positions: 96,
    rope_theta: 10_000,
  },
}

export const SFT = {
  batch: 32,
  optimiser: 'muon',
  learning_rate: 4e-3,
  min_learning_rate: 2e-4,
  warmup_ratio: 0.05,
}

/** What all models of a seed were taught with. */
export const taughtData = (suite: Suite): string => suite.data('taught', taught(problems(3000, suite.random('taught'))))

/** The model that the experiments of a seed begin with: 300 steps, which leave it halfway. Returns its run folder. */
export async function base(suite: Suite): Promise<string> {
  const { path } = await suite.train({
    name: 'base',
    model: MODEL,
    data: taughtData(suite),
    stages: [{ sft: { ...SFT, steps: 300 } }],
  })
  return path
}

/** Problems to train on with rubrics; other ones than the base was taught, mostly. */
export const askedData = (suite: Suite, count: number, which: Which = {}): string =>
  suite.data('asked', asked(problems(count, suite.random('asked'), which)))

/** Problems that nobody is trained on. They are the same for every seed, so that intervals may cross seeds and samples. */
export const heldOutData = (suite: Suite, count: number, which: Which = {}): string =>
  suite.data('held-out', asked(problems(count, seededRandom('held-out'), { ...which, heldOut: true })))
