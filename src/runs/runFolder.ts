import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { UsageError } from '../errors.ts'
import { type Checkpoints, checkpoints } from './checkpoints.ts'
import { jsonLinesFile } from './jsonLinesFile.ts'
import type { AlarmRecord, AnswerRecord, EvaluationRecord, RolloutRecord, RunSummary, StepMetrics } from './records.ts'
import { type EventsWriter, eventsWriter, removeEvents } from './tensorBoard.ts'
import { writeAside } from './writeAside.ts'

/** Where a run writes everything it did, enough to resume and to explain it. */
export interface RunFolder {
  readonly path: string
  readonly checkpoints: Checkpoints
  /** The last step that `metrics.jsonl` holds; null in a fresh run. */
  lastStep(): StepMetrics | null
  readMetrics(): StepMetrics[]
  readEvaluations(): EvaluationRecord[]
  /** Logs a step, for `metrics.jsonl` and TensorBoard (as `<stage>/<name>` at the global step). */
  metrics(step: StepMetrics): void
  /** Writes the rollouts of a step, named by its global step: two stages of one kind have their own. */
  rollouts(globalStep: number, records: readonly RolloutRecord[]): void
  /** Logs evaluations that were made together, all of them or none; a repeated name and control replaces the answers. */
  evaluations(entries: readonly EvaluationEntry[]): void
  alarm(record: AlarmRecord): void
  nAlarms(): number
  summary(summary: RunSummary): void
  /** Forgets everything after a global step, so that the steps that follow are written as if the run had never stopped. */
  truncate(globalStep: number): void
}

/** An evaluation and its judged answers, before they have a file. */
export interface EvaluationEntry {
  readonly record: Omit<EvaluationRecord, 'answers_file'>
  readonly answers: readonly AnswerRecord[]
}

/** Begins a run in a fresh folder. @throws UsageError when the folder holds something already */
export function createRun(folder: string, recipe: string): RunFolder {
  checkFree(folder)
  mkdirSync(folder, { recursive: true })
  writeAside(path.join(folder, 'recipe.yaml'), recipe)
  return runFolder(folder)
}

/** @throws UsageError when a run cannot begin in the folder, because it holds something */
export function checkFree(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return
  throw new UsageError(`${folder}: not empty. Write --resume to go on with the run in it, or choose another folder.`)
}

/**
 * Opens the folder of a run that was begun before, to go on with it: a line that was cut off and a checkpoint that was
 * being replaced are repaired. Not for a run that another process writes.
 *
 * @throws UsageError
 */
export function openRun(folder: string): RunFolder {
  if (!existsSync(path.join(folder, 'recipe.yaml'))) {
    throw new UsageError(`${folder}: not a run folder, it has no recipe.yaml.`)
  }
  const run = runFolder(folder)
  run.checkpoints.recover()
  return run
}

/** A free folder for a run of that name: `runs/name`, or `runs/name-2` and so on. */
export function freshRunPath(root: string, name: string): string {
  for (let n = 1; ; n++) {
    const folder = path.join(root, n === 1 ? name : `${name}-${n}`)
    if (!existsSync(folder)) return folder
  }
}

/** The newest run of that name under `root`: the one that `freshRunPath` gave last. */
export function latestRunPath(root: string, name: string): string | undefined {
  let latest: string | undefined
  for (let n = 1; ; n++) {
    const folder = path.join(root, n === 1 ? name : `${name}-${n}`)
    if (!existsSync(folder)) return latest
    latest = folder
  }
}

function runFolder(folder: string): RunFolder {
  const at = (...parts: string[]) => path.join(folder, ...parts)
  const metrics = jsonLinesFile(at('metrics.jsonl'))
  const evaluations = jsonLinesFile(at('evaluations.jsonl'))
  const alarms = jsonLinesFile(at('alarms.jsonl'))
  const kept = checkpoints(folder)
  // Begun with the first step, or with the first one after a resumption, when it is written anew from the metrics.
  let events: EventsWriter | undefined
  let origin = 0 // milliseconds since 1970 at which the run's own clock stood at 0
  const readMetrics = () => metrics.read() as StepMetrics[]
  const begin = (seconds: number): EventsWriter => {
    origin = Date.now() - seconds * 1000
    removeEvents(folder)
    const writer = eventsWriter(folder, new Date())
    for (const earlier of readMetrics()) writeEvent(writer, earlier, origin)
    return writer
  }
  // An empty file says that the run was watched and nothing was found; a missing one, that nobody looked.
  if (!existsSync(alarms.file)) writeAside(alarms.file, '')

  return {
    path: folder,
    checkpoints: kept,
    lastStep: () => readMetrics().at(-1) ?? null,
    readMetrics,
    readEvaluations: () => evaluations.read() as unknown as EvaluationRecord[],
    metrics(step) {
      events ??= begin(step.seconds)
      metrics.append(step)
      writeEvent(events, step, origin)
    },
    rollouts(globalStep, records) {
      mkdirSync(at('rollouts'), { recursive: true })
      writeAside(at('rollouts', rolloutName(globalStep)), lines(records))
    },
    evaluations(entries) {
      mkdirSync(at('answers'), { recursive: true })
      const records = entries.map(({ record, answers }) => {
        const answersFile = `answers/${record.name}-${record.control}.jsonl`
        writeAside(at(answersFile), lines(answers))
        return { ...record, answers_file: answersFile }
      })
      evaluations.append(...records)
    },
    alarm: (record) => alarms.append(record),
    nAlarms: () => alarms.read().length,
    summary: (summary) => writeAside(at('summary.json'), `${JSON.stringify(summary, null, 2)}\n`),
    truncate(globalStep) {
      const upTo = (record: Readonly<Record<string, unknown>>) => Number(record.global_step ?? 0) <= globalStep
      metrics.keep(upTo)
      evaluations.keep(upTo)
      alarms.keep(upTo)
      kept.removeAfter(globalStep)
      const steps = new Set(readMetrics().flatMap((step) => ('reward' in step ? [rolloutName(step.global_step)] : [])))
      if (existsSync(at('rollouts'))) {
        for (const name of readdirSync(at('rollouts'))) if (!steps.has(name)) rmSync(at('rollouts', name))
      }
      rmSync(at('summary.json'), { force: true })
      rmSync(at('report.html'), { force: true })
      events = undefined
    },
  }
}

const rolloutName = (globalStep: number): string => `step-${String(globalStep).padStart(6, '0')}.jsonl`

const lines = (records: readonly object[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('')

function writeEvent(events: EventsWriter, step: StepMetrics, origin: number): void {
  const { stage, step: _step, global_step, seconds, ...values } = step
  const named = Object.entries(values).flatMap(([name, value]) =>
    typeof value === 'number' ? [[`${stage}/${name}`, value] as const] : [],
  )
  events.scalars(global_step, origin / 1000 + seconds, Object.fromEntries(named))
}
