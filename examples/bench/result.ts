/** What one bench found. */
export interface BenchResult {
  readonly name: string
  readonly rows: readonly { readonly label: string; readonly value: number; readonly unit: string }[]
  /** The figure that is held against `target`; left out where a bench only shows. */
  readonly ratio?: number
  readonly target?: number
  /** One line on what was compared, or on why nothing was. */
  readonly note?: string
}

/** Milliseconds of each contestant, run in turns so that what else the machine does touches all alike. */
export async function inTurns(
  contestants: readonly (() => Promise<unknown>)[],
  { rounds, warmUp = 2 }: { rounds: number; warmUp?: number },
): Promise<number[][]> {
  const times = contestants.map(() => [] as number[])
  for (let round = -warmUp; round < rounds; round++) {
    for (const [i, run] of contestants.entries()) {
      const start = performance.now()
      await run()
      if (round >= 0) times[i]!.push(performance.now() - start)
    }
  }
  return times
}

export const best = (values: readonly number[]): number => Math.min(...values)

/** Exponent of y ~ x^slope by least squares on logarithms: 1 is in proportion, 2 is quadratic. */
export function logSlope(points: readonly (readonly [x: number, y: number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const)
  const [mx, my] = [0, 1].map((axis) => logs.reduce((total, point) => total + point[axis]!, 0) / logs.length) as [
    number,
    number,
  ]
  const covariance = logs.reduce((total, [x, y]) => total + (x - mx) * (y - my), 0)
  const variance = logs.reduce((total, [x]) => total + (x - mx) ** 2, 0)
  return covariance / variance
}
