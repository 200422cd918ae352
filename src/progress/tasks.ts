import colors from 'picocolors'
import type { EvaluationRecord } from '../runs/index.ts'
import { CONTROLS } from './results.ts'
import { renderTable } from './table.ts'

/**
 * Figures of the tasks that were asked, one row a metric and one column a control of each evaluation; none when no sample
 * named a task. What could not be read is said behind the figure.
 */
export function taskLines(evaluations: readonly EvaluationRecord[]): string[] {
  const told = evaluations.filter(({ tasks }) => tasks !== undefined)
  if (told.length === 0) return []
  const several = new Set(told.map(({ name }) => name)).size > 1
  const head = [
    'task',
    'metric',
    ...told.map(({ name, control }) => `${several ? `${name}, ` : ''}${CONTROLS[control]}`),
  ]
  const keys = new Map(
    told.flatMap(({ tasks = [] }) => tasks).map((figure) => [`${figure.task}/${figure.metric}`, figure]),
  )
  const rows = [...keys.values()].map(({ task, metric, unit, better }) => [
    task,
    `${metric}${unit ? `, ${unit}` : ''} ${better === 'lower' ? '↓' : '↑'}`,
    ...told.map(({ tasks = [] }) => {
      const found = tasks.find((figure) => figure.task === task && figure.metric === metric)
      if (!found) return '–'
      const unread = found.n_unread ? colors.dim(` (${found.n_unread} of ${found.n_unread + found.n} unread)`) : ''
      return `${found.value === null ? 'unknown' : found.value.toFixed(1)}${unread}`
    }),
  ])
  return ['', renderTable([head.map((cell) => colors.dim(cell)), ...rows])]
}
