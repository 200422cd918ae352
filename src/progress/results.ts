import colors from 'picocolors'
import type { EvaluationRecord } from '../runs/index.ts'
import { renderTable } from './table.ts'

/** Controls as tables name them. */
export const CONTROLS = {
  none: 'as asked',
  scaffolded: 'rubric shown',
  silenced: 'sound silenced',
  swapped: 'sound swapped',
} as const satisfies Record<EvaluationRecord['control'], string>

/**
 * The closing table of a run: scores in per cent with their 95 % intervals, one row a control, one column an
 * evaluation, and the change where it was `before` and `after`.
 */
export function resultsTable(evaluations: readonly EvaluationRecord[]): string {
  const names = [...new Set(evaluations.map(({ name }) => name))]
  const find = (name: string, control: string) => evaluations.findLast((e) => e.name === name && e.control === control)
  const controls = (Object.keys(CONTROLS) as EvaluationRecord['control'][]).filter((control) =>
    evaluations.some((e) => e.control === control),
  )
  const compares = names.includes('before') && names.includes('after')
  const head = ['score, %', ...names, ...(compares ? ['change'] : [])].map((cell) => colors.dim(cell))
  const rows = controls.map((control) => {
    const cells = names.map((name) => scoreCell(find(name, control)))
    const [before, after] = [find('before', control), find('after', control)]
    return [CONTROLS[control], ...cells, ...(compares ? [changeCell(before, after)] : [])]
  })
  return renderTable([head, ...rows])
}

const percent = (share: number): string => (100 * share).toFixed(1)

function scoreCell(evaluation: EvaluationRecord | undefined): string {
  if (!evaluation) return '–'
  const { score, interval } = evaluation
  return `${percent(score)} ${colors.dim(`[${percent(interval[0])}, ${percent(interval[1])}]`)}`
}

/** The change alone; whether it is more than chance is for the report, which pairs the answers. */
function changeCell(before: EvaluationRecord | undefined, after: EvaluationRecord | undefined): string {
  if (!before || !after) return '–'
  const change = after.score - before.score
  return `${change > 0 ? '+' : change < 0 ? '−' : '±'}${percent(Math.abs(change))}`
}
