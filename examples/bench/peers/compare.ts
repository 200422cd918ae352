import { type Contestant, type Reply, type Start, start } from './contestant.ts'

/** One side of a comparison; the first is Rubato. */
export interface Side extends Start {
  readonly name: string
  /** How many times as fast we want to be; left out where there is no aim. */
  readonly aim?: number
  /** Why it cannot be there, where it cannot. */
  readonly missing?: string
}

export interface Comparison {
  readonly key: string
  readonly title: string
  /** Tokens that a repetition samples, where speed is told in tokens a second. */
  readonly nTokens?: number
  /** Floating-point operations of the products that a repetition cannot do without: told as a share of the machine's peak. */
  readonly flops?: number
  readonly rounds: number
  readonly warmUp: number
  readonly sides: readonly Side[]
  /** Tells the machine's peak (`flopsPerMs`) once a round; needed with `flops`. */
  readonly peak?: Start
  /** Starts a process for every repetition: what is measured happens once in a process. */
  readonly fresh?: boolean
  /** Throws when a peer did other work than ours. */
  readonly same?: (ours: Reply, theirs: Reply, name: string) => void
  /** Other times of a reply that are shown beside `ms`, by key, with what they are. */
  readonly further?: Readonly<Record<string, string>>
}

/** Median, and the quartiles around it. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

export interface Measured {
  readonly name: string
  readonly ms: Spread
  readonly peakBytes: number
  /** How many times as long as ours it took, round by round; left out for ours. */
  readonly ratio?: Spread
  readonly aim?: number
  /** Other times, each with its own ratio. */
  readonly further: readonly { readonly what: string; readonly ms: Spread; readonly ratio?: Spread }[]
  readonly openedBytes?: number
  /** Share of the machine's peak that its products reached, all else that it did in the time. */
  readonly share?: Spread
}

export interface Result {
  readonly key: string
  readonly title: string
  readonly nTokens?: number
  readonly rounds: number
  readonly sides: readonly Measured[]
  readonly skipped: readonly { readonly name: string; readonly why: string }[]
}

/**
 * Runs the sides in turns, each in a process of its own, so that what else the machine does touches all alike; a ratio is
 * taken within a round. A side that cannot start is skipped by name, never counted.
 */
export async function compare(comparison: Comparison, tell: (line: string) => void): Promise<Result> {
  const skipped: { name: string; why: string }[] = []
  const there: { side: Side; contestant: Contestant | null; replies: Reply[] }[] = []
  let ruler: Contestant | undefined
  const peaks: number[] = []
  const skip = (side: Side, error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    skipped.push({ name: side.name, why })
    tell(`SKIPPED: ${side.name}. ${why}`)
  }
  try {
    for (const side of comparison.sides) {
      if (side.missing !== undefined) {
        skip(side, side.missing)
        continue
      }
      try {
        const contestant = comparison.fresh ? null : await start(side)
        for (let i = 0; i < comparison.warmUp; i++) await once(side, contestant)
        there.push({ side, contestant, replies: [] })
      } catch (error) {
        skip(side, error)
      }
    }
    const ours = there[0]
    if (!ours || ours.side !== comparison.sides[0]) throw new Error(`${comparison.key}: ${skipped[0]?.why}`)
    if (comparison.peak) ruler = await start(comparison.peak)
    for (let round = 0; round < comparison.rounds; round++) {
      if (ruler) peaks.push((await ruler.go()).flopsPerMs as number)
      for (const one of there) one.replies.push(await once(one.side, one.contestant))
      if (round > 0) continue
      for (const { side, replies } of there.slice(1)) comparison.same?.(ours.replies[0]!, replies[0]!, side.name)
    }
    const { key, title, nTokens, rounds } = comparison
    const sides = there.map((one) => measured(comparison, one, ours.replies, peaks))
    return { key, title, ...(nTokens !== undefined && { nTokens }), rounds, skipped, sides }
  } finally {
    for (const { contestant } of there) await contestant?.close()
    await ruler?.close()
  }
}

async function once(side: Side, running: Contestant | null): Promise<Reply> {
  if (running) return running.go()
  const contestant = await start(side)
  try {
    return await contestant.go()
  } finally {
    await contestant.close()
  }
}

function measured(
  { further = {}, flops }: Comparison,
  { side, replies }: { side: Side; replies: readonly Reply[] },
  ours: readonly Reply[],
  peaks: readonly number[],
): Measured {
  const times = (key: string, of: readonly Reply[]) => of.map((reply) => reply[key] as number)
  const against = (key: string) =>
    replies === ours
      ? {}
      : { ratio: spread(times(key, replies).map((theirs, round) => theirs / times(key, ours)[round]!)) }
  const opened = replies.map(({ openedBytes }) => openedBytes).filter((bytes) => typeof bytes === 'number')
  return {
    name: side.name,
    ms: spread(times('ms', replies)),
    peakBytes: Math.max(...replies.map(({ peakBytes }) => peakBytes)),
    ...against('ms'),
    ...(side.aim !== undefined && { aim: side.aim }),
    further: Object.entries(further).map(([key, what]) => ({ what, ms: spread(times(key, replies)), ...against(key) })),
    ...(flops !== undefined &&
      peaks.length > 0 && { share: spread(replies.map(({ ms }, round) => flops / ms / peaks[round]!)) }),
    ...(opened.length > 0 && { openedBytes: Math.max(...opened) }),
  }
}

/** Median and quartiles; of two values, their mean and themselves. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => {
    const place = share * (sorted.length - 1)
    const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!]
    return below + (above - below) * (place - Math.floor(place))
  }
  return { median: at(0.5), low: at(0.25), high: at(0.75) }
}
