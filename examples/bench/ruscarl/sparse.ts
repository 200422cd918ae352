import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Ground } from './ground.ts'
import { SPARSE, writeSparseTask } from './sparseTask.ts'

/** Criteria that plain answers never meet, on a model of 134,080 parameters that reads and hears nothing. */
export const sparse: Ground = {
  id: 'sparse',
  title: 'Sparse exploration',
  about:
    'A voice assistant is asked to switch things. Its plain answers are a word or two; four of seven criteria ask for sentences that such answers do not hold. Text only, 134,080 parameters, 28 held-out prompts with pairs of device and room that were never trained on.',
  async makeData(folder) {
    if (!existsSync(path.join(folder, 'eval.jsonl'))) writeSparseTask(folder, 1)
  },
  recipes: () => ({ sft: SFT, rl: RL }),
  wording: 'style: compact, show_points: false, warning: false',
  midpoint: 0.5,
  seeds: [1, 2, 3],
  compares: ['schedule', 'ratio', 'noise'],
  sparse: SPARSE,
}

const SFT = `name: sparse-sft
model:
  audio: { width: 16, layers: 1, heads: 2, pool: 8 }
  language: { hidden: 64, layers: 2, heads: 4, kv_heads: 2, ffn: 192, vocab: 640, max_positions: 192, rope_theta: 10000 }
data: data/speak.jsonl
stages:
  - sft: { steps: 300, batch: 24, optimiser: muon, learning_rate: 4.0e-3, min_learning_rate: 2.0e-4, warmup_ratio: 0.05 }
`

const RL = `name: sparse-rl
model: given
data: data/train.jsonl
stages:
  - rl:
      steps: 64
      prompts: 8
      group: 8
      minibatches: 1
      temperature: 0.7
      top_p: 0.8
      top_k: 20
      max_completion_tokens: 28
      optimiser: muon
      learning_rate: 1.0e-3
      loss: { aggregation: sequence-mean, kl: 0.001 }
eval:
  - { data: data/eval.jsonl, controls: [none, scaffolded], max_completion_tokens: 28 }
`
