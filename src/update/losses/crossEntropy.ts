import { graph, type Objective } from '../../../models/index.ts'

const { add, mul, neg, scale, sum } = graph

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

/**
 * Cross-entropy against targets of which all V words share ε in equal parts (label smoothing, arXiv 1512.00567 §7; as
 * transformers' `LabelSmoother`).
 *
 *   L = −Σ wₜ·( (1−ε)·logProbsₜ + ε·1/V·Σᵥ ln π(v) )
 *
 * Metric `nll`: the loss without smoothing.
 */
export const smoothedCrossEntropy = (epsilon: number): Objective => ({
  name: `cross-entropy(${epsilon})`,
  build({ logProbs, meanLogProb, value }) {
    const weight = value('weight')
    const smoothed = add(scale(logProbs, 1 - epsilon), scale(meanLogProb(), epsilon))
    return { loss: neg(sum(mul(smoothed, weight))), metrics: { nll: neg(sum(mul(logProbs, weight))) } }
  },
})
