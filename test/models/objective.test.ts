import { describe, expect, it } from 'vitest'
import { constant, grad, input, linear, mul, neg, sum, type Tensor } from '../../models/graph/index.ts'
import { type Objective, predict, targetLogProbs } from '../../models/objective.ts'
import { gaussian, sfc32 } from '../../models/random.ts'
import { evaluate, gapOfRule } from './graph/differences.ts'

const [M, HIDDEN, VOCAB] = [13, 8, 30]
const random = sfc32(1)
const draw = (n: number) => Array.from({ length: n }, () => gaussian(random))
const feeds = {
  states: draw(M * HIDDEN),
  head: draw(VOCAB * HIDDEN),
  targets: Array.from({ length: M }, (_, i) => (7 * i) % VOCAB),
  weight: Array.from({ length: M }, (_, i) => (i === 4 ? 0 : 0.05 * i - 0.2)),
}

const likelihood: Objective = {
  name: 'likelihood',
  build: ({ logProbs, value }) => ({ loss: neg(sum(mul(logProbs, value('weight')))) }),
}
const withEntropy: Objective = {
  name: 'likelihood, and spread',
  build: ({ logProbs, value, entropy }) => ({
    loss: sum(mul(mul(logProbs, entropy()), value('weight'))),
    metrics: { entropy: sum(entropy()) },
  }),
}
const smoothed: Objective = {
  name: 'smoothed, with spread',
  build: ({ logProbs, value, entropy, meanLogProb }) => ({
    loss: neg(sum(mul(mul(logProbs, meanLogProb()), value('weight')))),
    metrics: { entropy: sum(entropy()) },
  }),
}
const toReference: Objective = {
  name: 'all words',
  build: ({ distribution, table }) => ({ loss: sum(mul(distribution(), table('reference'))) }),
}

/** Loss, its gradients and log-probabilities where logits may take room for `rows` tokens at once. */
function graphOf(objective: Objective, rows: number) {
  const [states, weight] = [input('states', [M, HIDDEN]), input('head', [VOCAB, HIDDEN])]
  const { loss, metrics, logProbs } = predict(objective, {
    states,
    head: (x) => linear(x, weight),
    targets: input('targets', [M], 'int64'),
    vocab: VOCAB,
    logitBytes: 4 * VOCAB * rows,
  })
  const [dStates, dHead] = grad(loss, [states, weight])
  return { loss, logProbs, dStates: dStates!, dHead: dHead!, ...metrics }
}

describe('logits that are made by parts of the tokens', () => {
  it.each([
    [likelihood.name, 1, likelihood],
    [likelihood.name, 4, likelihood],
    [likelihood.name, 12, likelihood],
    [withEntropy.name, 1, withEntropy],
    [withEntropy.name, 5, withEntropy],
    [smoothed.name, 5, smoothed],
  ])('give the numbers of the whole table within 1e-6: %s, %i rows', async (_name, rows, objective) => {
    const whole = await evaluate(graphOf(objective, M), feeds)
    const parts = await evaluate(graphOf(objective, rows), feeds)
    expect(Object.keys(parts)).toEqual(Object.keys(whole))
    for (const [name, expected] of Object.entries(whole)) {
      const scale = Math.max(1, ...expected.map(Math.abs))
      const worst = Math.max(...expected.map((value, i) => Math.abs(value - parts[name]![i]!)))
      expect(worst / scale, name).toBeLessThan(1e-6)
    }
  })

  it('have gradients that agree with central differences', async () => {
    const sample = {
      inputs: [{ shape: [M, HIDDEN] }, { shape: [VOCAB, HIDDEN] }],
      build: (states: Tensor, weight: Tensor) =>
        targetLogProbs({
          states,
          head: (x) => linear(x, weight),
          targets: constant(feeds.targets, [M], 'int64'),
          vocab: VOCAB,
          logitBytes: 4 * VOCAB * 5,
        }),
    }
    expect(await gapOfRule(sample, sfc32(3), 'float64')).toBeLessThan(1e-7)
  })

  it('are whole for an objective that reads all words', async () => {
    const reference = draw(M * VOCAB)
    const [few, all] = [graphOf(toReference, 1), graphOf(toReference, M)]
    expect(await evaluate(few, { ...feeds, reference })).toEqual(await evaluate(all, { ...feeds, reference }))
  })
})
