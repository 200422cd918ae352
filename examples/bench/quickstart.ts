// Where the time of the quickstart's RL steps went, from the metrics that `npm start` leaves. Runs nothing.
import { existsSync } from 'node:fs'
import { openRun } from '../../src/index.ts'
import type { BenchResult } from './result.ts'

const RUN = 'runs/quickstart'

export async function benchQuickstart(folder: string = RUN): Promise<BenchResult> {
  const name = 'quickstart, its RL steps'
  const steps = existsSync(`${folder}/metrics.jsonl`)
    ? openRun(folder)
        .readMetrics()
        .filter((step) => 'time/rollout' in step)
    : []
  if (steps.length === 0) return { name, rows: [], note: `no RL steps in ${folder}/metrics.jsonl; run npm start first` }
  const sum = (key: string) => steps.reduce((total, step) => total + Number(step[key] ?? 0), 0)
  const [rollout, judge, update, all] = ['time/rollout', 'time/judge', 'time/update', 'step_time'].map(sum) as [
    number,
    number,
    number,
    number,
  ]
  return {
    name,
    rows: [
      { label: 'sampled while rolling out', value: sum('num_tokens') / rollout, unit: 'tokens/s' },
      { label: 'a step', value: (1000 * all) / steps.length, unit: 'ms' },
      { label: 'rollout', value: (100 * rollout) / all, unit: '%' },
      { label: 'judge', value: (100 * judge) / all, unit: '%' },
      { label: 'update', value: (100 * update) / all, unit: '%' },
    ],
    note: `${steps.length} steps of ${folder}`,
  }
}
