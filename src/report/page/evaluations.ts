import type { Findings } from '../findings.ts'
import { percent } from '../format.ts'
import type { Evaluation, Run } from '../readRun.ts'
import { type Html, html } from './html.ts'
import { missing, section } from './parts.ts'

const CONTROLS: Record<string, string> = {
  none: 'plain prompt, real sound',
  scaffolded: 'rubric shown in the prompt',
  silenced: 'sound replaced by silence',
  swapped: 'sound of another sample',
}

/** Every evaluation of the run in one table. */
export function evaluationsSection(run: Run, findings: Findings): Html {
  const intro =
    'Score: points of the criteria met over the points that could be earned, averaged over samples. Intervals hold 95%.'
  if (run.evaluations.length === 0) {
    return section(
      'summary',
      'Evaluations',
      '',
      missing('evaluations.jsonl is missing or empty: nothing was evaluated.'),
    )
  }
  return section(
    'summary',
    'Evaluations',
    intro,
    html`<div class="scroll" tabindex="0" role="region" aria-label="Table of evaluations">
  <table>
    <thead><tr><th scope="col">Evaluation</th><th scope="col" class="n">Score, %</th>
      <th scope="col">Interval</th><th scope="col" class="n">Samples</th><th scope="col" class="n">Unknown verdicts</th></tr></thead>
    <tbody>${run.evaluations.map((evaluation) => [row(evaluation, evaluation === findings.after), ...modeRows(evaluation)])}</tbody>
  </table>
</div>`,
    comparability(run),
  )
}

function row(evaluation: Evaluation, strong: boolean): Html {
  const where = evaluation.step != null ? ` (${evaluation.stage ?? 'step'} ${evaluation.step})` : ''
  return html`<tr class="${strong ? 'strong' : ''}"><th scope="row">${evaluation.name}${where} <span class="note">${CONTROLS[evaluation.control] ?? evaluation.control}</span></th>
    <td class="n">${percent(evaluation.score)}</td>
    <td>${evaluation.interval ? intervalBar(evaluation.score, evaluation.interval) : 'not recorded'}</td>
    <td class="n">${evaluation.n_samples}</td>
    <td class="n">${unknowns(evaluation)}</td></tr>`
}

/** Of samples of several modes, the score of each. */
const modeRows = ({ modes }: Evaluation): Html[] =>
  (modes ?? []).map(
    ({ mode, score, n }) => html`<tr class="part"><th scope="row">… ${mode.replaceAll('-', ' ')}</th>
    <td class="n">${percent(score)}</td><td></td><td class="n">${n}</td><td></td></tr>`,
  )

function intervalBar(score: number, [low, high]: [number, number]): Html {
  const at = (share: number) => (Math.min(1, Math.max(0, share)) * 100).toFixed(1)
  return html`<span class="interval"><span class="track" aria-hidden="true"><span class="range" style="left:${at(low)}%;width:${(Number(at(high)) - Number(at(low))).toFixed(1)}%"></span><span class="dot" style="left:${at(score)}%"></span></span> ${percent(low)} to ${percent(high)}</span>`
}

function unknowns(evaluation: Evaluation): string {
  const verdicts = evaluation.answers.flatMap((answer) => answer.verdicts)
  if (verdicts.length === 0) return 'answers not kept'
  const unknown = verdicts.filter(({ met }) => met === null).length
  return unknown === 0
    ? `0 of ${verdicts.length}`
    : `${unknown} of ${verdicts.length} (${percent(unknown / verdicts.length)}%)`
}

/** Two scores on different sets of samples should not be read as one change. */
function comparability(run: Run): Html | false {
  const sizes = new Set(run.evaluations.filter((e) => e.control === 'none').map((e) => e.n_samples))
  return (
    sizes.size > 1 &&
    html`<p class="notice" role="note">Evaluations differ in the number of samples: compare their scores with care. The largest is on ${Math.max(...sizes)}, the smallest on ${Math.min(...sizes)}.</p>`
  )
}
