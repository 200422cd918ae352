import {
  composite,
  concat,
  exp,
  input,
  logSoftmax,
  mul,
  neg,
  pick,
  recomputedByParts,
  reshape,
  scatterAdd,
  slice,
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

export interface PredictionOptions {
  /** States that predict the tokens, [M, hidden], and the head over them: [m, hidden] → [m, vocab]. */
  readonly states: Tensor
  readonly head: (states: Tensor) => Tensor
  /** int64 [M]. */
  readonly targets: Tensor
  readonly vocab: number
  /** Most bytes that logits may take before they are made by parts (128 MiB). */
  readonly logitBytes?: number
}

/** Below it a table of logits is cheaper to keep than to make twice; a part of it is one that the caches of a CPU still like. */
const LOGIT_BYTES = 2 ** 27

/**
 * Runs an objective on predictions. Where M × vocab logits would be large they are made by parts of the tokens, forward and
 * again backward, and never exist whole; an objective that reads `distribution()` asks for them whole, and gets them.
 */
export function predict(
  objective: Objective,
  options: PredictionOptions,
): { loss: Tensor; metrics: Readonly<Record<string, Tensor>>; logProbs: Tensor } {
  const context = predictionContext(options, asked(objective, options))
  const { loss, metrics = {} } = objective.build(context)
  return { loss, metrics, logProbs: context.logProbs }
}

/** What of the vocabulary an objective looks at beside the log-probabilities of the targets. */
interface Asked {
  readonly entropy: boolean
  readonly distribution: boolean
}

/** Finds out by building the objective once on values that lead nowhere. */
function asked(objective: Objective, { targets, vocab }: PredictionOptions): Asked {
  const [m] = targets.shape as [number]
  const found = { entropy: false, distribution: false }
  const one = input('unread', [m])
  objective.build({
    logProbs: one,
    entropy() {
      found.entropy = true
      return one
    },
    value: () => one,
    number: () => input('unread', []),
    distribution() {
      found.distribution = true
      return input('unread', [m, vocab])
    },
    table: () => input('unread', [m, vocab]),
  })
  return found
}

/** The log-probabilities of the targets alone, [M]. */
export const targetLogProbs = (options: PredictionOptions): Tensor =>
  predictionContext(options, { entropy: false, distribution: false }).logProbs

/** Log-probability of every word, [M, vocab]. */
export const wholeDistribution = ({ states, head }: PredictionOptions): Tensor => logSoftmax(head(states))

function predictionContext(options: PredictionOptions, { entropy, distribution }: Asked): ObjectiveContext {
  const { states, head, targets, vocab, logitBytes = LOGIT_BYTES } = options
  const [m] = targets.shape as [number]
  if (distribution || 4 * m * vocab <= logitBytes) return objectiveContext(head(states), targets)
  // One column, or two where the entropy is read: [M, 1] or [M, 2].
  const columns = recomputedByParts({
    x: states,
    axis: 0,
    joinAxis: 0,
    size: Math.max(1, Math.floor(logitBytes / (4 * vocab))),
    f: (part, start) => {
      const logits = head(part)
      const all = logSoftmax(logits)
      const own = slice(targets, 0, start, start + part.shape[0]!)
      const found = [tokenLogProbs(logits, all, own), ...(entropy ? [entropyOf(all)] : [])]
      return concat(
        found.map((column) => reshape(column, [-1, 1])),
        1,
      )
    },
  })
  const column = (i: number) => reshape(slice(columns, 1, i, i + 1), [m])
  return {
    ...fedValues(m, vocab),
    logProbs: column(0),
    entropy: () => column(1),
    distribution() {
      throw new Error('internal: the whole distribution is asked for, and was not when the objective was looked at')
    },
  }
}

/** What a loss sees of logits that are there whole: [M, vocab], int64 [M]. */
export function objectiveContext(logits: Tensor, targets: Tensor): ObjectiveContext {
  const all = logSoftmax(logits)
  return {
    ...fedValues(...(logits.shape as [number, number])),
    logProbs: tokenLogProbs(logits, all, targets),
    entropy: () => entropyOf(all),
    distribution: () => all,
  }
}

/** Values that are fed by name, each one input however often it is read. */
function fedValues(m: number, vocab: number): Pick<ObjectiveContext, 'value' | 'number' | 'table'> {
  const values = new Map<string, Tensor>()
  const remember = (name: string, shape: number[]) => {
    const tensor = values.get(name) ?? input(name, shape)
    values.set(name, tensor)
    return tensor
  }
  return {
    value: (name) => remember(name, [m]),
    number: (name) => remember(name, []),
    table: (name) => remember(name, [m, vocab]),
  }
}

const entropyOf = (all: Tensor): Tensor => neg(sum(mul(exp(all), all), [1]))

/** log softmax(logits)[target]: [M, vocab], int64 [M] → [M]. Its gradient is dy·(onehot − softmax). */
function tokenLogProbs(logits: Tensor, all: Tensor, targets: Tensor): Tensor {
  return composite('TokenLogProbs', [logits], pick(all, targets), (dy) => {
    const column = reshape(dy, [-1, 1])
    return [scatterAdd(mul(exp(all), neg(column)), reshape(targets, [-1, 1]), column, 1)]
  })
}
