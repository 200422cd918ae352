export type Schedule = 'constant' | 'linear' | 'cosine'

/**
 * Learning rate at `step` (0-based) of `total`: linear warm-up over `warmupSteps`, then the schedule from `peak` down to
 * `floor`.
 */
export function learningRateAt(
  step: number,
  total: number,
  {
    peak,
    floor = 0,
    warmupSteps = 0,
    schedule = 'cosine',
  }: { peak: number; floor?: number; warmupSteps?: number; schedule?: Schedule },
): number {
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps
  if (schedule === 'constant') return peak
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, total - warmupSteps))
  const share = schedule === 'linear' ? 1 - progress : 0.5 * (1 + Math.cos(Math.PI * progress))
  return floor + (peak - floor) * share
}
