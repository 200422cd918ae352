import type { ChatReply } from './chat.ts'
import type { JudgeMetrics } from './judge.ts'

export interface Meter {
  called(): void
  replied(seconds: number, reply: ChatReply): void
  retried(kind: string): void
  cached(): void
  decided(met: boolean | null): void
  cut(): void
  read(cost: number | null): JudgeMetrics
}

/** Bounds of the latency buckets grow by this factor. */
const STEP = 1.05
const SHORTEST = 1e-4 // seconds

/** Counts what judging took, in memory that does not grow with the number of calls. */
export function createMeter(): Meter {
  const counts = { calls: 0, cached: 0, verdicts: 0, unknown: 0, promptTokens: 0, completionTokens: 0, nCut: 0 }
  const retries: Record<string, number> = {}
  const buckets = new Map<number, number>()
  const latency = { n: 0, sum: 0, max: 0 }

  /** Upper bound of the bucket in which the quantile falls. */
  function quantile(at: number): number {
    let left = at * latency.n
    for (const [bucket, n] of [...buckets].sort(([a], [b]) => a - b)) {
      left -= n
      if (left <= 0) return Math.min(latency.max, SHORTEST * STEP ** (bucket + 1))
    }
    return latency.max
  }

  return {
    called: () => void counts.calls++,
    replied(seconds, { promptTokens, completionTokens }) {
      counts.promptTokens += promptTokens ?? 0
      counts.completionTokens += completionTokens ?? 0
      latency.n++
      latency.sum += seconds
      latency.max = Math.max(latency.max, seconds)
      const bucket = Math.max(0, Math.floor(Math.log(seconds / SHORTEST) / Math.log(STEP)))
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1)
    },
    retried(kind) {
      retries[kind] = (retries[kind] ?? 0) + 1
    },
    cached: () => void counts.cached++,
    decided(met) {
      counts.verdicts++
      if (met === null) counts.unknown++
    },
    cut: () => void counts.nCut++,
    read: (cost) => ({
      ...counts,
      retries: { ...retries },
      cost,
      latencySeconds: {
        mean: latency.n === 0 ? 0 : latency.sum / latency.n,
        p50: quantile(0.5),
        p95: quantile(0.95),
        max: latency.max,
      },
    }),
  }
}
