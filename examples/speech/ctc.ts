/** Of one recording: how improbable its words are, in nats, and what every logit adds to that, [nFrames, nClasses]. */
export interface CtcGradient {
  readonly loss: number
  readonly gradient: Float32Array
}

/**
 * Connectionist temporal classification (Graves et al., 2006): labels in order, each over one frame or several, blanks (class
 * 0) wherever; all ways to lay them out count. The gradient is the model's probability of a class less its posterior.
 *
 * @param logProbs  [nFrames, nClasses], row-major, natural logarithms that sum to probability 1 in every frame
 * @param labels    classes, none of them 0
 * @throws RangeError when there are fewer frames than labels, a blank between equal ones counted
 */
export function ctcGradient(logProbs: Float32Array, nClasses: number, labels: readonly number[]): CtcGradient {
  const nFrames = logProbs.length / nClasses
  if (nFrames < framesNeeded(labels)) {
    throw new RangeError(`${nFrames} frames are too few for ${labels.length} labels (${framesNeeded(labels)}).`)
  }
  const states = [0, ...labels.flatMap((label) => [label, 0])]
  const n = states.length
  const said = (t: number, s: number) => logProbs[t * nClasses + states[s]!]!
  /** Whether the blank before a state may be left out. */
  const jumps = states.map((label, s) => s > 1 && label !== 0 && label !== states[s - 2])

  const forward = new Float64Array(nFrames * n).fill(Number.NEGATIVE_INFINITY)
  forward[0] = said(0, 0)
  if (n > 1) forward[1] = said(0, 1)
  for (let t = 1; t < nFrames; t++) {
    const before = (s: number) => (s < 0 ? Number.NEGATIVE_INFINITY : forward[(t - 1) * n + s]!)
    for (let s = 0; s < n; s++) {
      const reached = logSum(before(s), before(s - 1), jumps[s] ? before(s - 2) : Number.NEGATIVE_INFINITY)
      forward[t * n + s] = reached + said(t, s)
    }
  }
  const last = (nFrames - 1) * n
  const total = logSum(forward[last + n - 1]!, n > 1 ? forward[last + n - 2]! : Number.NEGATIVE_INFINITY)

  const gradient = logProbs.map(Math.exp)
  /** log P(frames after t | state s at t). */
  let backward = new Float64Array(n).fill(Number.NEGATIVE_INFINITY)
  backward.fill(0, Math.max(0, n - 2))
  for (let t = nFrames - 1; t >= 0; t--) {
    for (let s = 0; s < n; s++) {
      gradient[t * nClasses + states[s]!]! -= Math.exp(forward[t * n + s]! + backward[s]! - total)
    }
    const after = (s: number) => (s < n && t > 0 ? backward[s]! + said(t, s) : Number.NEGATIVE_INFINITY)
    backward = Float64Array.from(backward, (_, s) =>
      logSum(after(s), after(s + 1), jumps[s + 2] ? after(s + 2) : Number.NEGATIVE_INFINITY),
    )
  }
  return { loss: -total, gradient }
}

/** Fewest frames that labels can be laid out in. */
export const framesNeeded = (labels: readonly number[]): number =>
  labels.length + labels.filter((label, i) => label === labels[i - 1]).length

function logSum(...terms: readonly number[]): number {
  const most = Math.max(...terms)
  return most === Number.NEGATIVE_INFINITY
    ? most
    : most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0))
}
