import type { Judge, JudgeMetrics } from '../judge/judge.ts'

/**
 * What a judge did from now on until the returned function is called; names: docs/metrics.md. Latency is the judge's own since it was
 * opened: a step has too few calls for a quantile.
 */
export function judgeMetrics(judge: Judge | undefined): () => Record<string, number> {
  if (judge === undefined) return () => ({})
  const before = judge.metrics()
  return () => {
    const now = judge.metrics()
    const verdicts = now.verdicts - before.verdicts
    return {
      'judge/calls': now.calls - before.calls,
      'judge/cached': now.cached - before.cached,
      'judge/retries': nRetries(now) - nRetries(before),
      ...(verdicts > 0 ? { 'judge/unknown': (now.unknown - before.unknown) / verdicts } : {}),
      ...(now.cost !== null && before.cost !== null ? { 'judge/cost': now.cost - before.cost } : {}),
      ...(now.latencySeconds.max > 0
        ? { 'judge/latency_p50': now.latencySeconds.p50, 'judge/latency_p95': now.latencySeconds.p95 }
        : {}),
    }
  }
}

const nRetries = ({ retries }: JudgeMetrics): number => Object.values(retries).reduce((sum, n) => sum + n, 0)
