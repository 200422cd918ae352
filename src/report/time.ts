import { figure, stageLabel } from './curves.ts'
import type { Run } from './readRun.ts'

export interface Share {
  name: string
  seconds: number
}

/** A duration and what it was made of; the parts add up to it. */
export interface Spent {
  title: string
  seconds: number
  parts: Share[]
}

/**
 * Where the time went: the run by stage (from summary.json, else added up from the steps), and each stage that measured
 * it by rollout, judge and update. What is not accounted for is a part of its own, "other".
 */
export function timeSpent(run: Run): Spent[] {
  const spent: Spent[] = []
  const stages = byStage(run)
  if (stages.length > 0) spent.push(withOther('The whole run', run.summary?.seconds, stages))
  for (const stage of new Set(run.metrics.map((record) => record.stage))) {
    const records = run.metrics.filter((record) => record.stage === stage)
    const total = (key: string) => records.reduce((sum, record) => sum + (figure(record, key) ?? 0), 0)
    const parts = (['rollout', 'judge', 'update'] as const)
      .map((name) => ({ name, seconds: total(`time/${name}`) }))
      .filter(({ seconds }) => seconds > 0)
    if (parts.length > 0)
      spent.push(withOther(`Steps of ${stageLabel(stage).toLowerCase()}`, total('step_time'), parts))
  }
  return spent
}

function byStage(run: Run): Share[] {
  const recorded = Object.entries(run.summary?.time_by_stage ?? {}).filter(([, seconds]) => seconds > 0)
  if (recorded.length > 0) return recorded.map(([stage, seconds]) => ({ name: stageLabel(stage), seconds }))
  const sums = new Map<string, number>()
  for (const record of run.metrics) {
    sums.set(record.stage, (sums.get(record.stage) ?? 0) + (figure(record, 'step_time') ?? 0))
  }
  return Array.from(sums, ([stage, seconds]) => ({ name: stageLabel(stage), seconds })).filter(
    ({ seconds }) => seconds > 0,
  )
}

function withOther(title: string, whole: number | undefined, parts: Share[]): Spent {
  const sum = parts.reduce((total, { seconds }) => total + seconds, 0)
  const other = (whole ?? 0) - sum
  // Less than a thousandth is rounding, not time.
  return other > sum / 1000
    ? { title, seconds: sum + other, parts: [...parts, { name: 'other', seconds: other }] }
    : { title, seconds: sum, parts }
}
