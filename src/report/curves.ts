import { compact } from './format.ts'
import { criteriaSpec, METS, PANELS, type PanelSpec, TASK_CURVES, taskSpec } from './panels.ts'
import type { MetricsRecord } from './records.ts'
import type { RewardByScaffold } from './rollouts.ts'

/** One line of a chart; null where the step did not log it. */
export interface Series {
  label: string
  values: (number | null)[]
}

export interface Panel {
  id: string
  title: string
  about: string
  /** Steps within the stage, one for each value. */
  steps: number[]
  series: Series[]
  /** Half the height of the shaded band around the first series (its standard deviation). */
  band?: (number | null)[]
  /** A schedule: smoothing it would only show it late. */
  exact: boolean
  /** Drawn at once, or only when the reader opens the rest. */
  main: boolean
}

export interface StageCurves {
  id: string
  label: string
  nSteps: number
  panels: Panel[]
  /** Titles of the usual curves that this stage did not log. */
  missing: string[]
}

const MAX_POINTS = 600 // about one a screen pixel; longer curves are averaged in equal stretches

/** The curves of each stage, in the order in which the stages ran. */
export function stageCurves(metrics: readonly MetricsRecord[], rewards: readonly RewardByScaffold[]): StageCurves[] {
  return segments(metrics).map(({ label, kind, records }, i) => {
    const id = `stage-${i + 1}`
    const known = kind === 'rl' ? withRewards(records, rewards) : records
    const panels: Panel[] = []
    const missing: string[] = []
    const logged = (key: string) => known.some((record) => figure(record, key) !== undefined)
    for (const spec of PANELS.filter((spec) => spec.stages?.includes(kind) ?? true)) {
      if (spec.needs !== undefined && !logged(spec.needs)) continue
      const panel = toPanel(`${id}-panel-${panels.length + 1}`, spec, known)
      if (panel && !panels.some((earlier) => earlier.title === panel.title)) panels.push(panel)
      else if (!panel && !spec.more) missing.push(spec.title)
    }
    for (const spec of TASK_CURVES) {
      const tasks = toPanel(`${id}-panel-tasks-${spec.of}`, taskSpec(known, spec), known)
      if (tasks) panels.push(tasks)
    }
    for (const [name, spec] of Object.entries({ criteria: METS.all, 'plain-criteria': METS.plain })) {
      const criteria = toPanel(`${id}-panel-${name}`, criteriaSpec(known, spec), known)
      if (criteria) panels.push(criteria)
    }
    return { id, label, nSteps: records.length, panels, missing }
  })
}

/** What a chart shows, in words: first, last, lowest and highest value of each line. */
export function describe(panel: Panel): string {
  const lines = panel.series.map(({ label, values }) => {
    const known = values.flatMap((value, i) => (value === null ? [] : [{ value, step: panel.steps[i]! }]))
    const [first, last] = [known[0], known.at(-1)]
    if (!first || !last) return `${label}: no values`
    const high = known.reduce((a, b) => (b.value > a.value ? b : a))
    const low = known.reduce((a, b) => (b.value < a.value ? b : a))
    return `${label} from ${compact(first.value)} (step ${first.step}) to ${compact(last.value)} (step ${last.step}), lowest ${compact(low.value)} at step ${low.step}, highest ${compact(high.value)} at step ${high.step}`
  })
  return `${lines.join('; ')}.`
}

/** Stages in the order in which they ran. A resumed run logs some steps again: the later record stands. */
function segments(metrics: readonly MetricsRecord[]): Segment[] {
  const found: Segment[] = []
  for (const record of metrics) {
    const current = found.at(-1)
    const last = current?.records.at(-1)
    const restarts =
      last !== undefined &&
      record.step <= last.step &&
      (figure(record, 'global_step') ?? 0) > (figure(last, 'global_step') ?? 0)
    if (!current || current.stage !== record.stage || restarts) {
      const kind = stageKind(record.stage)
      const nth = found.filter((earlier) => earlier.kind === kind).length + 1
      found.push({
        label: stageLabel(kind) + (nth > 1 ? ` (${nth})` : ''),
        stage: record.stage,
        kind,
        records: [record],
      })
      continue
    }
    while (current.records.length > 0 && current.records.at(-1)!.step >= record.step) current.records.pop()
    current.records.push(record)
  }
  return found
}

interface Segment {
  label: string
  /** As the run names it: `sft-2`. */
  stage: string
  kind: string
  records: MetricsRecord[]
}

/** A run that has several stages of a kind numbers them: `sft-2` is an `sft`. */
export const stageKind = (stage: string): string => stage.replace(/-\d+$/, '')

const STAGE_NAMES: Record<string, string> = {
  sft: 'Supervised fine-tuning',
  rl: 'Reinforcement learning',
  dpo: 'Preference optimisation',
}

export function stageLabel(stage: string): string {
  const [kind, number] = [stageKind(stage), /-(\d+)$/.exec(stage)?.[1]]
  return (STAGE_NAMES[kind] ?? kind) + (number === undefined ? '' : ` (${number})`)
}

function toPanel(id: string, spec: PanelSpec, records: readonly MetricsRecord[]): Panel | undefined {
  const column = (key: string) => records.map((record) => figure(record, key) ?? null)
  const series = spec.series
    .map(({ key, label }) => ({ label, values: column(key) }))
    .filter(({ values }) => values.some((value) => value !== null))
  if (series.length === 0) return undefined
  const shrink = <T>(values: (number | null)[]) => averaged(values) as T
  const band = spec.band === undefined ? undefined : column(spec.band)
  return {
    id,
    title: spec.title,
    about: spec.about,
    steps: shrink<number[]>(records.map(({ step }) => step)).map(Math.round),
    series: series.map(({ label, values }) => ({ label, values: averaged(values) })),
    ...(band?.some((value) => value !== null) ? { band: averaged(band) } : {}),
    exact: spec.exact ?? false,
    main: !spec.more,
  }
}

function withRewards(records: readonly MetricsRecord[], rewards: readonly RewardByScaffold[]): MetricsRecord[] {
  const byStep = new Map(rewards.map((reward) => [reward.step, reward]))
  return records.map((record) => {
    const reward = byStep.get(figure(record, 'global_step') ?? record.step)
    return reward ? { 'reward/plain': reward.plain, 'reward/scaffolded': reward.scaffolded, ...record } : record
  })
}

function averaged(values: (number | null)[]): (number | null)[] {
  if (values.length <= MAX_POINTS) return values
  return Array.from({ length: MAX_POINTS }, (_, i) => {
    const from = Math.floor((i * values.length) / MAX_POINTS)
    const to = Math.floor(((i + 1) * values.length) / MAX_POINTS)
    const known = values.slice(from, to).filter((value) => value !== null)
    return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length
  })
}

/** A finite number under this name, else undefined (JSON has no NaN; a figure that was not finite arrives as null). */
export function figure(record: MetricsRecord, key: string): number | undefined {
  const value = record[key]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
