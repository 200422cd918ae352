import type { Random } from '../random.ts'

/** How the next token is drawn. */
export interface SamplingOptions {
  /** Divides the logits; 0 takes the likeliest token. */
  readonly temperature: number
  /** Keeps the k likeliest tokens; 0 keeps all. */
  readonly topK: number
  /** Keeps the smallest set of likeliest tokens whose probability reaches this. */
  readonly topP: number
  /** Divides positive and multiplies negative logits of tokens already in the answer (arXiv 1909.05858); 1 is off. */
  readonly repetitionPenalty: number
  /** Tokens that are never drawn: those that stand for audio or open a turn. */
  readonly suppressIds: readonly number[]
}

export const plainSampling: SamplingOptions = {
  temperature: 1,
  topK: 0,
  topP: 1,
  repetitionPenalty: 1,
  suppressIds: [],
}

/**
 * Draws a token from logits [vocab]. `logProb` is the token's natural-log probability under the model itself
 * (temperature 1, nothing cut), which is what the trainer computes; cutting changes what is drawn, not what is reported.
 */
export function sampleToken(
  logits: Float32Array,
  options: SamplingOptions,
  seen: ReadonlySet<number>,
  random: Random,
): { id: number; logProb: number } {
  const logNorm = logSumExp(logits)
  const id = options.temperature === 0 ? argmax(penalised(logits, options, seen)) : draw(logits, options, seen, random)
  return { id, logProb: logits[id]! - logNorm }
}

/**
 * Draws as {@link sampleToken} does, from what the graph has made of the logits already: `shares` [vocab] are their softmax
 * at the temperature of `options` (at 1 where that is 0), `logNorm` the logarithm of Σ exp(logits). Suppressed tokens have a
 * share of 0 from then on.
 *
 * Over a large vocabulary the exponentials cost as much in JavaScript as the decoder that gave the logits.
 */
export function sampleFromShares(
  { logits, shares, logNorm }: { logits: Float32Array; shares: Float32Array; logNorm: number },
  options: SamplingOptions,
  seen: ReadonlySet<number>,
  random: Random,
): { id: number; logProb: number } {
  const { temperature, topK, topP, suppressIds } = options
  const drawn = (id: number) => ({ id, logProb: logits[id]! - logNorm })
  if (temperature === 0) return drawn(argmax(penalised(logits, options, seen)))
  for (const id of suppressIds) shares[id] = 0
  const changes = (options.repetitionPenalty !== 1 && seen.size > 0) || cuts(options, shares.length)
  const own = changes ? shares.slice() : shares // another row may draw from the same shares
  if (options.repetitionPenalty !== 1) {
    for (const id of seen) {
      own[id]! *= Math.exp((penalisedLogit(logits[id]!, options) - logits[id]!) / temperature)
    }
  }
  let total = 0 // summed, since what is left may be too little to be told as 1 less what was taken
  for (let i = 0; i < own.length; i++) total += own[i]!
  if (cuts(options, own.length)) total = cut(own, total, topK, topP)
  return drawn(pick(own, total, random))
}

function draw(logits: Float32Array, options: SamplingOptions, seen: ReadonlySet<number>, random: Random): number {
  const { temperature, topK, topP } = options
  const scores = penalised(logits, options, seen)
  let top = Number.NEGATIVE_INFINITY
  for (let i = 0; i < scores.length; i++) if (scores[i]! > top) top = scores[i]!
  const weights = new Float64Array(scores.length)
  let total = 0
  for (let i = 0; i < scores.length; i++) total += weights[i] = Math.exp((scores[i]! - top) / temperature)
  if (cuts(options, weights.length)) total = cut(weights, total, topK, topP)
  return pick(weights, total, random)
}

const cuts = ({ topK, topP }: SamplingOptions, vocab: number): boolean => (topK > 0 && topK < vocab) || topP < 1

/** A token by its weight; `total` is the sum of all. */
function pick(weights: Float64Array | Float32Array, total: number, random: Random): number {
  let left = random() * total
  let last = 0
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue
    last = i
    left -= weights[i]!
    if (left < 0) return i
  }
  return last
}

/** Zeroes the weights outside top-k and top-p; returns what is left in all. */
function cut(weights: Float64Array | Float32Array, total: number, topK: number, topP: number): number {
  const limit = topK > 0 ? Math.min(topK, weights.length) : weights.length
  let order = likeliest(
    weights,
    limit < weights.length ? largest(weights, limit) : ((1 - topP) * total) / weights.length,
  )
  // top-p counts within what top-k left, as transformers' warpers do
  let base = total
  if (limit < weights.length) base = order.slice(0, limit).reduce((sum, i) => sum + weights[i]!, 0)
  const prefix = (): [n: number, kept: number] => {
    let kept = 0
    let n = 0
    while (n < limit && n < order.length && (n === 0 || kept < topP * base)) kept += weights[order[n++]!]!
    return [n, kept]
  }
  let [n, kept] = prefix()
  if (n === order.length && n < limit && kept < topP * base) {
    order = likeliest(weights, 0) // rounding: what was left out would have been needed after all
    ;[n, kept] = prefix()
  }
  const chosen = new Map(order.slice(0, n).map((i) => [i, weights[i]!]))
  weights.fill(0)
  for (const [i, weight] of chosen) weights[i] = weight
  return kept
}

/** Tokens of at least some weight, the likeliest first, of equal ones the earlier. */
function likeliest(weights: Float64Array | Float32Array, least: number): number[] {
  const found: number[] = []
  for (let i = 0; i < weights.length; i++) if (weights[i]! >= least) found.push(i)
  return found.sort((a, b) => weights[b]! - weights[a]! || a - b)
}

/** The k-th largest weight: the least of the k largest so far is kept on top of a heap. */
function largest(weights: Float64Array | Float32Array, k: number): number {
  const heap = weights.slice(0, k).sort()
  for (let i = k; i < weights.length; i++) {
    const weight = weights[i]!
    if (weight <= heap[0]!) continue
    let at = 0
    for (let child = 1; child < k; child = 2 * at + 1) {
      if (child + 1 < k && heap[child + 1]! < heap[child]!) child++
      if (heap[child]! >= weight) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = weight
  }
  return heap[0]!
}

function penalised(logits: Float32Array, options: SamplingOptions, seen: ReadonlySet<number>) {
  const { repetitionPenalty, suppressIds } = options
  if (suppressIds.length === 0 && (repetitionPenalty === 1 || seen.size === 0)) return logits
  const scores = logits.slice()
  for (const id of suppressIds) scores[id] = Number.NEGATIVE_INFINITY
  if (repetitionPenalty === 1) return scores
  for (const id of seen) scores[id] = penalisedLogit(scores[id]!, options)
  return scores
}

const penalisedLogit = (logit: number, { repetitionPenalty }: SamplingOptions): number =>
  logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty

function argmax(values: Float32Array): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}

function logSumExp(values: Float32Array): number {
  let top = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) if (values[i]! > top) top = values[i]!
  let total = 0
  for (let i = 0; i < values.length; i++) total += Math.exp(values[i]! - top)
  return top + Math.log(total)
}
