/** Steps that the pace is taken over. */
const WINDOW = 20

export interface Pace {
  readonly total: number
  readonly done: number
  readonly elapsedSeconds: number
  /** Seconds to the end at the pace of the last steps; undefined before the second step. */
  readonly leftSeconds: number | undefined
  step(done: number): void
}

/** How fast a part of the work goes. Steps that take longer as the work goes on are counted as they are now. */
export function paceOf(total: number, now: () => number, begun = 0): Pace {
  const started = now()
  let seen = [{ done: begun, at: started }]
  return {
    total,
    get done() {
      return seen.at(-1)!.done
    },
    get elapsedSeconds() {
      return (now() - started) / 1000
    },
    get leftSeconds() {
      const [first, last] = [seen[0]!, seen.at(-1)!]
      if (last.done <= first.done) return undefined
      const perStep = (last.at - first.at) / (last.done - first.done)
      return Math.max(0, ((total - last.done) * perStep - (now() - last.at)) / 1000)
    },
    step(done) {
      seen = [...seen, { done, at: now() }].slice(-WINDOW - 1)
    },
  }
}
