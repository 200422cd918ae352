import colors from 'picocolors'
import { MODES } from '../prompts/mode.ts'
import type { EvaluationRecord } from '../runs/index.ts'
import { CONTROLS } from './results.ts'
import { renderTable } from './table.ts'

/** Scores in per cent by mode, one row a mode and one column a control of each evaluation; none where all samples are of one. */
export function modeLines(evaluations: readonly EvaluationRecord[]): string[] {
  const told = evaluations.filter(({ modes }) => modes !== undefined)
  if (told.length === 0) return []
  const several = new Set(told.map(({ name }) => name)).size > 1
  const head = ['mode', ...told.map(({ name, control }) => `${several ? `${name}, ` : ''}${CONTROLS[control]}`)]
  const rows = MODES.flatMap((mode) => {
    const scores = told.map(({ modes = [] }) => modes.find((own) => own.mode === mode))
    if (scores.every((score) => score === undefined)) return []
    return [[mode, ...scores.map((own) => (own ? `${(100 * own.score).toFixed(1)} ${colors.dim(`(${own.n})`)}` : '–'))]]
  })
  return ['', renderTable([head.map((cell) => colors.dim(cell)), ...rows])]
}
