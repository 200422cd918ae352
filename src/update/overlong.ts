export interface OverlongOptions {
  /** Tokens before the limit in which the penalty grows from 0 to its full size. */
  readonly buffer: number
  /** What an answer that fills the limit loses, in units of the reward. */
  readonly penalty: number
}

/**
 * Soft penalty on answers that come close to the longest allowed (DAPO, arXiv 2503.14476, eq. 13; verl's
 * `overlong_buffer`).
 *
 *   R = min(0, −penalty·(|o| − (longest − buffer)) / buffer)
 *
 * @param nTokens  length of the answer; one of `longest` tokens gets −penalty
 * @returns        ≤ 0, to be added to the reward
 */
export const overlongPenalty = (nTokens: number, longest: number, { buffer, penalty }: OverlongOptions): number =>
  Math.min(0, (-penalty * (nTokens - (longest - buffer))) / buffer) + 0
