import {
  composite,
  concat,
  exp,
  input,
  logSoftmax,
  mean,
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
  /** Mean over all words of their log-probabilities: what label smoothing raises. */
  meanLogProb(): Tensor
  /** A number a token, fed under this name; 0 on padding. */
  value(name: string): Tensor
  /** One number for the whole batch, fed under this name. */
  number(name: string): Tensor
  /** Log-probability of every word, [M, vocab]. */
  distribution(): Tensor
  /** A number a token and word, [M, vocab], resident under this name; see `Policy.keepDistribution`. */
  table(name: string): Tensor
  /** What the model's scalar head says of the state before each token: the value so far, or the reward of an answer. */
  scalars(): Tensor
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
  /** The scalar head over them, [M, hidden] → [M], of a model that has one. */
  readonly scalarHead?: (states: Tensor) => Tensor
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
): { loss: Tensor; metrics: Readonly<Record<string, Tensor>>; logProbs: Tensor; readsWords: boolean } {
  const wanted = asked(objective, options)
  const context = predictionContext(options, wanted)
  const { loss, metrics = {} } = objective.build(context)
  return {
    loss,
    metrics,
    readsWords: wanted.words,
    get logProbs() {
      return context.logProbs // throws where the objective reads no word
    },
  }
}

/** What of the vocabulary an objective looks at beside the log-probabilities of the targets. */
interface Asked {
  /** Whether it looks at words at all: the loss of a reward model does not, and such a model predicts none. */
  readonly words: boolean
  readonly entropy: boolean
  readonly meanLogProb: boolean
  readonly distribution: boolean
}

/** Finds out by building the objective once on values that lead nowhere. */
function asked(objective: Objective, { targets, vocab }: PredictionOptions): Asked {
  const [m] = targets.shape as [number]
  const found = { words: false, entropy: false, meanLogProb: false, distribution: false }
  const one = input('unread', [m])
  objective.build({
    get logProbs() {
      found.words = true
      return one
    },
    entropy() {
      found.words = found.entropy = true
      return one
    },
    meanLogProb() {
      found.words = found.meanLogProb = true
      return one
    },
    value: () => one,
    number: () => input('unread', []),
    distribution() {
      found.words = found.distribution = true
      return input('unread', [m, vocab])
    },
    table: () => input('unread', [m, vocab]),
    scalars: () => one,
  })
  return found
}

/** The log-probabilities of the targets alone, [M]. */
export const targetLogProbs = (options: PredictionOptions): Tensor =>
  predictionContext(options, { words: true, entropy: false, meanLogProb: false, distribution: false }).logProbs

/** Log-probability of every word, [M, vocab]. */
export const wholeDistribution = ({ states, head }: PredictionOptions): Tensor => logSoftmax(head(states))

function predictionContext(
  options: PredictionOptions,
  { words, entropy, meanLogProb, distribution }: Asked,
): ObjectiveContext {
  const { states, head, scalarHead, targets, vocab, logitBytes = LOGIT_BYTES } = options
  const [m] = targets.shape as [number]
  const scalars = scalarHead && once(() => scalarHead(states))
  if (!words) return Object.assign(Object.create(noWords), { ...fedValues(m, vocab), scalars: scalars ?? noScalars })
  if (distribution || 4 * m * vocab <= logitBytes) return objectiveContext(head(states), targets, scalars)
  // A column for the targets, and one for each of what else is read: [M, 1 to 3].
  const columns = recomputedByParts({
    x: states,
    axis: 0,
    joinAxis: 0,
    size: Math.max(1, Math.floor(logitBytes / (4 * vocab))),
    f: (part, start) => {
      const logits = head(part)
      const all = logSoftmax(logits)
      const own = slice(targets, 0, start, start + part.shape[0]!)
      const found = [
        tokenLogProbs(logits, all, own),
        ...(entropy ? [entropyOf(all)] : []),
        ...(meanLogProb ? [mean(all, [1])] : []),
      ]
      return concat(
        found.map((column) => reshape(column, [-1, 1])),
        1,
      )
    },
  })
  const column = (i: number) => reshape(slice(columns, 1, i, i + 1), [m])
  return {
    ...fedValues(m, vocab),
    scalars: scalars ?? noScalars,
    logProbs: column(0),
    entropy: () => column(1),
    meanLogProb: () => column(entropy ? 2 : 1),
    distribution() {
      throw new Error('internal: the whole distribution is asked for, and was not when the objective was looked at')
    },
  }
}

/** What a loss sees of logits that are there whole: [M, vocab], int64 [M]. */
export function objectiveContext(logits: Tensor, targets: Tensor, scalars: () => Tensor = noScalars): ObjectiveContext {
  const all = logSoftmax(logits)
  return {
    ...fedValues(...(logits.shape as [number, number])),
    scalars,
    logProbs: tokenLogProbs(logits, all, targets),
    entropy: () => entropyOf(all),
    meanLogProb: () => mean(all, [1]),
    distribution: () => all,
  }
}

function noScalars(): never {
  throw new Error('internal: the objective reads a scalar head, and the model has none')
}

function unread(): never {
  throw new Error('internal: words are asked for, and were not when the objective was looked at')
}

/** Of a loss that looks at no word. */
const noWords: Pick<ObjectiveContext, 'logProbs' | 'entropy' | 'meanLogProb' | 'distribution'> = {
  get logProbs() {
    return unread()
  },
  entropy: unread,
  meanLogProb: unread,
  distribution: unread,
}

const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined
  return () => (made ??= make())
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
