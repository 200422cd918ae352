import { graph, type Objective } from '../../../models/index.ts'

const { mul, neg, sum } = graph

/**
 * Negative log-likelihood of the assistant's tokens.
 *
 *   L = −Σ wₜ·logProbsₜ,   Σ wₜ = 1 over the tokens of the whole (accumulated) batch
 *
 * `weight` [M] carries the mean, so that packing and accumulation do not change the value.
 */
export const crossEntropy: Objective = {
  name: 'cross-entropy',
  build: ({ logProbs, value }) => ({ loss: neg(sum(mul(logProbs, value('weight')))) }),
}
