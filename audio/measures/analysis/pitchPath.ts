/** What a frame may be: a pitch, or unvoiced. */
export interface Candidate {
  /** Hz; null for unvoiced. */
  readonly hertz: number | null
  readonly strength: number
}

const OCTAVE_JUMP = 0.35 // for each octave between two frames
const ONSET = 0.14 // for each change between voiced and unvoiced
const COSTS_FOR = 0.01 // seconds between frames that the costs are meant for

/**
 * Returns the path through the candidates with the greatest sum of strengths less transitions, by dynamic programming:
 * 0.35·|log₂(F₁/F₂)| from one pitch to another, 0.14 from voiced to unvoiced or back (Boersma 1993, §4).
 *
 * @param step  seconds between frames
 */
export function strongestPath(frames: readonly (readonly Candidate[])[], step: number): (number | null)[] {
  const scale = COSTS_FOR / step
  let sums: number[] = frames[0]?.map(({ strength }) => strength) ?? []
  const from: number[][] = []
  for (let i = 1; i < frames.length; i++) {
    const before = frames[i - 1]!
    const best: number[] = []
    const next = frames[i]!.map((candidate, j) => {
      let most = Number.NEGATIVE_INFINITY
      for (const [k, previous] of before.entries()) {
        const sum = sums[k]! - scale * transition(previous.hertz, candidate.hertz)
        if (sum > most) [most, best[j]] = [sum, k]
      }
      return most + candidate.strength
    })
    from.push(best)
    sums = next
  }
  let at = sums.indexOf(Math.max(...sums))
  const path: (number | null)[] = []
  for (let i = frames.length - 1; i >= 0; i--) {
    path[i] = frames[i]![at]!.hertz
    if (i > 0) at = from[i - 1]![at]!
  }
  return path
}

function transition(a: number | null, b: number | null): number {
  if (a === null && b === null) return 0
  if (a === null || b === null) return ONSET
  return OCTAVE_JUMP * Math.abs(Math.log2(a / b))
}
