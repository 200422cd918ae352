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

function draw(logits: Float32Array, options: SamplingOptions, seen: ReadonlySet<number>, random: Random): number {
  const { temperature, topK, topP } = options
  const scores = penalised(logits, options, seen)
  let top = Number.NEGATIVE_INFINITY
  for (let i = 0; i < scores.length; i++) if (scores[i]! > top) top = scores[i]!
  const weights = new Float64Array(scores.length)
  let total = 0
  for (let i = 0; i < scores.length; i++) total += weights[i] = Math.exp((scores[i]! - top) / temperature)
  if ((topK > 0 && topK < weights.length) || topP < 1) total = cut(weights, total, topK, topP)
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
function cut(weights: Float64Array, total: number, topK: number, topP: number): number {
  const order = Array.from(weights.keys()).sort((a, b) => weights[b]! - weights[a]! || a - b)
  const limit = topK > 0 ? Math.min(topK, order.length) : order.length
  let kept = 0
  let n = 0
  // top-p counts within what top-k left, as transformers' warpers do
  let base = total
  if (limit < order.length) base = order.slice(0, limit).reduce((sum, i) => sum + weights[i]!, 0)
  while (n < limit && (n === 0 || kept < topP * base)) kept += weights[order[n++]!]!
  for (const i of order.slice(n)) weights[i] = 0
  return kept
}

function penalised(
  logits: Float32Array,
  { repetitionPenalty, suppressIds }: SamplingOptions,
  seen: ReadonlySet<number>,
) {
  if (suppressIds.length === 0 && (repetitionPenalty === 1 || seen.size === 0)) return logits
  const scores = logits.slice()
  for (const id of suppressIds) scores[id] = Number.NEGATIVE_INFINITY
  if (repetitionPenalty === 1) return scores
  for (const id of seen) {
    const logit = scores[id]!
    scores[id] = logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty
  }
  return scores
}

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
