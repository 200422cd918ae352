import { input, log, max, mul, reshape, softmax, sub, type Tensor } from '../graph/index.ts'

/**
 * Words from which on the graph turns logits into shares; over fewer, drawing from the logits costs less than another
 * output, and keeps every digit of a double.
 */
const FEWEST_WORDS = 4096

/** Graph input: 1/temperature, []; 1 where the likeliest token is taken. */
export const INVERSE_TEMPERATURE = 'inverse_temperature'

/**
 * What `sampleFromShares` reads of logits [rows, vocab], as further outputs: `shares` [rows, vocab], their softmax at the
 * temperature, and `log_norm` [rows], ln Σ exp(logits). None where the vocabulary is small. A `tempered` graph divides by a
 * temperature that it is fed.
 */
export function shareOutputs(logits: Tensor, tempered: boolean): Record<string, Tensor> {
  const [rows, vocab] = logits.shape as [number, number]
  if (vocab < FEWEST_WORDS) return {}
  const plain = softmax(logits)
  // ln Σ eˡ = l − ln softmax(l) for any l; the largest is exact where others are 0.
  const logNorm = sub(max(logits, [-1]), log(max(plain, [-1])))
  const shares = tempered ? softmax(mul(logits, input(INVERSE_TEMPERATURE, []))) : plain
  return { shares, log_norm: reshape(logNorm, [rows]) }
}
