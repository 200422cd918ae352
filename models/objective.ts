import {
  composite,
  exp,
  input,
  logSoftmax,
  mul,
  neg,
  pick,
  reshape,
  scatterAdd,
  sum,
  type Tensor,
} from './graph/index.ts'

/**
 * What a loss sees. M tokens are predicted, padded to the graph's fixed size; everything has shape [M], natural
 * logarithms.
 */
export interface ObjectiveContext {
  readonly logProbs: Tensor
  /** Entropy of the distribution each token was drawn from, in nats. */
  entropy(): Tensor
  /** A number a token, fed under this name; 0 on padding. */
  value(name: string): Tensor
  /** One number for the whole batch, fed under this name. */
  number(name: string): Tensor
  /** Log-probability of every word, [M, vocab]. */
  distribution(): Tensor
  /** A number a token and word, [M, vocab], resident under this name; see `Policy.keepDistribution`. */
  table(name: string): Tensor
}

/** A loss: one file, one record. */
export interface Objective {
  readonly name: string
  build(context: ObjectiveContext): { loss: Tensor; metrics?: Readonly<Record<string, Tensor>> }
}

export function objectiveContext(logits: Tensor, targets: Tensor): ObjectiveContext {
  const values = new Map<string, Tensor>()
  const remember = (name: string, shape: number[]) => {
    const tensor = values.get(name) ?? input(name, shape)
    values.set(name, tensor)
    return tensor
  }
  const all = logSoftmax(logits)
  return {
    logProbs: tokenLogProbs(logits, all, targets),
    entropy: () => neg(sum(mul(exp(all), all), [1])),
    value: (name) => remember(name, [targets.shape[0]!]),
    number: (name) => remember(name, []),
    distribution: () => all,
    table: (name) => remember(name, [...all.shape]),
  }
}

/** log softmax(logits)[target]: [M, vocab], int64 [M] → [M]. Its gradient is dy·(onehot − softmax). */
function tokenLogProbs(logits: Tensor, all: Tensor, targets: Tensor): Tensor {
  return composite('TokenLogProbs', [logits], pick(all, targets), (dy) => {
    const column = reshape(dy, [-1, 1])
    return [scatterAdd(mul(exp(all), neg(column)), reshape(targets, [-1, 1]), column, 1)]
  })
}
