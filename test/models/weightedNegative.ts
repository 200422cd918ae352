import { graph, type Objective } from '../../models/index.ts'

const { mul, neg, sum } = graph

/** −Σ weight · log p over the targets, with a `weight` a token. */
export const weightedNegative: Objective = {
  name: 'weighted negative log-probability',
  build: ({ logProbs, value }) => ({ loss: neg(sum(mul(logProbs, value('weight')))) }),
}
