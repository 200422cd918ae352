import type { RunFolder } from '../../../src/index.ts'
import { mean } from '../common/statistics.ts'
import { MAX_TOKENS } from './suite.ts'

/** The reinforcement learning of all experiments; arms change single keys of it. */
export const RL = {
  steps: 24,
  prompts: 8,
  group: 8,
  minibatches: 1,
  max_completion_tokens: MAX_TOKENS,
  optimiser: 'muon',
  learning_rate: 1e-4,
  loss: { aggregation: 'sequence-mean', kl: 0.001 },
}

/** Share of a run's groups whose rewards are not all equal: only these teach something. */
export const differing = (run: RunFolder): number =>
  mean(run.readMetrics().map(({ frac_reward_zero_std: equal }) => 1 - Number(equal)))
