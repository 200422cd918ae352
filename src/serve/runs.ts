import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Context, Hono } from 'hono'
import { parse } from 'yaml'
import { encodeWav, loadAudio } from '../../audio/index.ts'
import { criteriaIndex } from '../report/criteriaIndex.ts'
import { stageCurves } from '../report/curves.ts'
import { readJsonLines } from '../report/readJsonLines.ts'
import { ReportError, type Run, readRun } from '../report/readRun.ts'
import { type RolloutRecord, rolloutRecord } from '../report/records.ts'
import { isBeingWritten } from '../runs/index.ts'
import { ApiError } from './errors.ts'

const MAX_ROLLOUTS = 256 // of a step that are shown
const KEPT_RUNS = 8 // read and kept, with all answers of their evaluations
const KEPT_ROWS = 1000 // of the list

/** Run folders below `root`, their curves and their rollouts; read anew at each request, since runs may be going on. */
export function addRuns(app: Hono, root: string): void {
  // A name is looked up in the listing and never becomes part of a path unseen.
  const folderOf = async (name: string): Promise<string> => {
    if ((await runNames(root)).includes(name)) return path.join(root, name)
    throw new ApiError(404, 'no such run.')
  }

  const runs = byFiles(KEPT_RUNS, readRun)
  const rows = byFiles(KEPT_ROWS, (folder) => readRun(folder).then(rowOf, toNull))

  app.get('/api/runs', async (c) => {
    const listed = []
    for (const name of await runNames(root)) {
      const folder = path.join(root, name)
      const row = await rows.of(folder)
      if (row) listed.push({ name, ...row, state: stateOf(folder, row.finished) })
    }
    return c.json({ runs: listed })
  })

  app.get('/api/runs/:name', async (c) => {
    const name = c.req.param('name')
    const folder = await folderOf(name)
    const run = await runs.of(folder)
    const { summary, evaluations, alarms, metrics, rolloutFiles, problems } = run
    return c.json({
      name,
      finished: summary?.finished ?? null,
      state: stateOf(folder, summary?.finished),
      seconds: summary?.seconds ?? null,
      recipe: flatRecipe(run.recipe),
      hasReport: existsSync(path.join(folder, 'report.html')),
      evaluations: evaluations.map(({ answers: _, ...record }) => record),
      alarms,
      problems,
      stages: stageCurves(metrics, []),
      steps: rolloutFiles.map(({ step }) => step),
    })
  })

  const rolloutsOf = async (c: Context): Promise<{ rollouts: RolloutRecord[]; nLeftOut: number }> => {
    const step = Number(c.req.param('step'))
    const file = path.join(await folderOf(c.req.param('name') ?? ''), 'rollouts', `step-${zeros(step)}.jsonl`)
    if (!existsSync(file)) throw new ApiError(404, 'the run has no rollouts of this step.')
    const rollouts: RolloutRecord[] = []
    let n = 0
    for await (const rollout of readJsonLines(file, path.basename(file), rolloutRecord, [])) {
      if (n++ < MAX_ROLLOUTS) rollouts.push(rollout)
    }
    return { rollouts, nLeftOut: n - rollouts.length }
  }

  app.get('/api/runs/:name/rollouts/:step', async (c) => {
    const { rollouts, nLeftOut } = await rolloutsOf(c)
    const { evaluations } = await runs.of(await folderOf(c.req.param('name')))
    const find = criteriaIndex(evaluations)
    const shown = rollouts.map((rollout) => {
      const { audio, rubric: _, verdicts, ...known } = rollout
      // A rollout often names its criteria by id alone; what none of the run's rubrics tells stays unknown.
      const judged = verdicts.map(({ criterionId, met, reason }) => {
        const criterion = find(rollout, criterionId)
        return {
          id: criterionId,
          criterion: criterion?.criterion ?? criterionId,
          points: criterion?.points ?? null,
          met,
          reason,
        }
      })
      return { ...known, nClips: audio.length, verdicts: judged }
    })
    return c.json({ rollouts: shown, nLeftOut })
  })

  // What a prompt heard: of the request come a run, a step and numbers; the path is the run's own record, and only what
  // decodes as sound leaves the machine.
  app.get('/api/runs/:name/rollouts/:step/clips/:index/:clip', async (c) => {
    const { rollouts } = await rolloutsOf(c)
    const source = rollouts[Number(c.req.param('index'))]?.audio[Number(c.req.param('clip'))]
    if (source === undefined || /^https?:/i.test(source)) throw new ApiError(404, 'no such recording.')
    const { samples } = await loadAudio(source, { sampleRate: 16_000 }).catch(() => {
      throw new ApiError(404, 'the recording is gone, or cannot be read.')
    })
    return c.body(Buffer.from(encodeWav(samples, 16_000)), 200, { 'Content-Type': 'audio/wav' })
  })

  app.get('/api/runs/:name/report', async (c) => {
    const file = path.join(await folderOf(c.req.param('name')), 'report.html')
    const text = await readFile(file, 'utf8').catch(toNull)
    if (text === null) throw new ApiError(404, 'the run has no report yet.')
    return c.html(text)
  })
}

/** A line of the list. */
function rowOf({ summary, metrics, rolloutFiles, evaluations, alarms }: Run) {
  return {
    started: summary?.started ?? null,
    finished: summary?.finished ?? null,
    seconds: summary?.seconds ?? null,
    nSteps: metrics.length,
    nRolloutSteps: rolloutFiles.length,
    nAlarms: alarms.length,
    scores: evaluations.filter(({ control }) => control === 'none').map(({ name, score }) => ({ name, score })),
  }
}

/** What is read of a folder, again only when one of a run's files has changed: pages look every two seconds. */
function byFiles<T>(most: number, read: (folder: string) => Promise<T>): { of(folder: string): Promise<T> } {
  const kept = new Map<string, { files: string; value: Promise<T> }>()
  return {
    async of(folder) {
      const stats = await Promise.all(RUN_FILES.map((file) => stat(path.join(folder, file)).catch(() => null)))
      const files = stats.map((one) => (one ? `${one.mtimeMs}:${one.size}` : '-')).join()
      const known = kept.get(folder)
      if (known?.files === files) return known.value
      const value = read(folder)
      kept.delete(folder)
      kept.set(folder, { files, value })
      value.catch(() => kept.delete(folder))
      if (kept.size > most) kept.delete(kept.keys().next().value!)
      return value
    },
  }
}

const RUN_FILES = ['recipe.yaml', 'metrics.jsonl', 'evaluations.jsonl', 'summary.json', 'alarms.jsonl', 'rollouts']

/** Steps are written in six digits; a number that is none is no step. */
const zeros = (step: number): string => (Number.isSafeInteger(step) && step >= 0 ? String(step).padStart(6, '0') : 'x')

const stateOf = (folder: string, finished: string | null | undefined): 'finished' | 'training' | 'stopped' =>
  finished ? 'finished' : isBeingWritten(folder) ? 'training' : 'stopped'

/** A recipe as `stages[0].sft.steps` → `170`; empty where it cannot be read. */
export function flatRecipe(yaml: string | undefined): Record<string, string> {
  const flat: Record<string, string> = {}
  const walk = (value: unknown, at: string) => {
    if (Array.isArray(value)) for (const [i, one] of value.entries()) walk(one, `${at}[${i}]`)
    else if (typeof value === 'object' && value !== null) {
      for (const [key, one] of Object.entries(value)) walk(one, at === '' ? key : `${at}.${key}`)
    } else flat[at] = value === null ? '–' : String(value)
  }
  try {
    walk(parse(yaml ?? '{}'), '')
  } catch {
    return {}
  }
  return flat
}

function toNull(error: unknown): null {
  if (error instanceof ReportError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null
  throw error
}

/** Folders right below `root`, by name; links are not followed. */
async function runNames(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(toNull)
  return (entries ?? [])
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}
