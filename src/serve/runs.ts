import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Hono } from 'hono'
import { stageCurves } from '../report/curves.ts'
import { readJsonLines } from '../report/readJsonLines.ts'
import { ReportError, readRun } from '../report/readRun.ts'
import { type RolloutRecord, rolloutRecord } from '../report/records.ts'
import { ApiError } from './errors.ts'

const MAX_ROLLOUTS = 256 // of a step that are shown

/** Run folders below `root`, their curves and their rollouts; read anew at each request, since runs may be going on. */
export function addRuns(app: Hono, root: string): void {
  // A name is looked up in the listing and never becomes part of a path unseen.
  const folderOf = async (name: string): Promise<string> => {
    if ((await runNames(root)).includes(name)) return path.join(root, name)
    throw new ApiError(404, 'no such run.')
  }

  app.get('/api/runs', async (c) => {
    const runs = []
    for (const name of await runNames(root)) {
      const run = await readRun(path.join(root, name)).catch(toNull)
      if (!run) continue
      const { summary, metrics, rolloutFiles, evaluations, alarms } = run
      const scores = evaluations.filter(({ control }) => control === 'none').map(({ name, score }) => ({ name, score }))
      runs.push({
        name,
        started: summary?.started ?? null,
        finished: summary?.finished ?? null,
        seconds: summary?.seconds ?? null,
        nSteps: metrics.length,
        nRolloutSteps: rolloutFiles.length,
        nAlarms: alarms.length,
        scores,
      })
    }
    return c.json({ runs })
  })

  app.get('/api/runs/:name', async (c) => {
    const name = c.req.param('name')
    const run = await readRun(await folderOf(name))
    const { summary, evaluations, alarms, metrics, rolloutFiles, problems } = run
    return c.json({
      name,
      finished: summary?.finished ?? null,
      evaluations: evaluations.map(({ answers: _, ...record }) => record),
      alarms,
      problems,
      stages: stageCurves(metrics, []),
      steps: rolloutFiles.map(({ step }) => step),
    })
  })

  app.get('/api/runs/:name/rollouts/:step', async (c) => {
    const folder = await folderOf(c.req.param('name'))
    const run = await readRun(folder)
    const entry = run.rolloutFiles.find(({ step }) => step === Number(c.req.param('step')))
    if (!entry) throw new ApiError(404, 'the run has no rollouts of this step.')
    const rollouts: RolloutRecord[] = []
    let n = 0
    for await (const rollout of readJsonLines(entry.file, path.basename(entry.file), rolloutRecord, run.problems)) {
      if (n++ < MAX_ROLLOUTS) rollouts.push(rollout)
    }
    return c.json({ rollouts: rollouts.map(({ audio: _, ...known }) => known), nLeftOut: n - rollouts.length })
  })

  app.get('/api/runs/:name/report', async (c) => {
    const file = path.join(await folderOf(c.req.param('name')), 'report.html')
    const text = await readFile(file, 'utf8').catch(toNull)
    if (text === null) throw new ApiError(404, 'the run has no report yet.')
    return c.html(text)
  })
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
