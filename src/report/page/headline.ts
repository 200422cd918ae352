import type { Findings, Lift, ListeningControl } from '../findings.ts'
import { count, duration, percent, signedPercent } from '../format.ts'
import type { Difference } from '../pairs.ts'
import type { Evaluation, Run } from '../readRun.ts'
import { type Html, html } from './html.ts'
import { card } from './parts.ts'

/** The first screen: what the run was for and whether it worked. */
export function headline(run: Run, findings: Findings): Html {
  const { before, after, change } = findings
  const summary = run.summary
  const facts = [
    summary?.started && `started ${summary.started.replace('T', ' ').slice(0, 16)}`,
    summary?.seconds !== undefined && `took ${duration(summary.seconds)}`,
    summary?.seed !== undefined && `seed ${summary.seed}`,
    summary !== undefined && summary.finished === null && 'not finished',
  ].filter((fact) => typeof fact === 'string')
  return html`
<header class="headline">
  <p class="kicker">Rubato run report</p>
  <h1 dir="auto">${run.name}</h1>
  ${facts.length > 0 && html`<p class="facts">${facts.join(' · ')}</p>`}
  <p class="verdict ${findings.tone}">${findings.verdict}</p>
  ${
    (before ?? after) &&
    html`<dl class="cards">
    ${before && card(`Score ${before.name}`, `${percent(before.score)}%`, intervalText(before))}
    ${after && card(`Score ${after.name}`, `${percent(after.score)}%`, intervalText(after))}
    ${change && card('Change, in points', signedPercent(change.mean), differenceText(change), TONES[change.direction])}
    ${findings.listening.map(listeningCard)}
    ${findings.lifts.map(liftCard)}
  </dl>`
  }
  ${
    run.problems.length > 0 &&
    html`<div class="notice" role="note"><strong>Parts of the run could not be read.</strong><ul>${run.problems.map(
      (problem) => html`<li>${problem}</li>`,
    )}</ul></div>`
  }
  ${
    run.alarms.length > 0 &&
    html`<p class="notice" role="note"><strong>${count(run.alarms.length, 'alarm')}</strong> during training: <a href="#alarms">read them</a>.</p>`
  }
</header>`
}

const TONES = { higher: 'good', lower: 'bad', unclear: '' }
const LISTENING_TONES = { ...TONES, unclear: 'unclear' } // sound that adds nothing is a warning, not a neutral result

function intervalText(evaluation: Evaluation): string {
  const range = evaluation.interval
    ? `95% interval ${percent(evaluation.interval[0])} to ${percent(evaluation.interval[1])}`
    : 'no interval recorded'
  return `${range}, ${count(evaluation.n_samples, 'sample')}`
}

function differenceText(difference: Difference): string {
  if (!difference.interval) return 'answers not paired: compare the two intervals'
  const [low, high] = difference.interval
  return `95% interval ${signedPercent(low)} to ${signedPercent(high)}, same ${count(difference.nPairs, 'sample')}`
}

function listeningCard({ control, evaluation, gain }: ListeningControl): Html {
  const name = control === 'silenced' ? 'Sound silenced' : 'Sound swapped'
  const told =
    gain.direction === 'higher'
      ? `the right sound adds ${signedPercent(gain.mean)}`
      : gain.direction === 'lower'
        ? `the right sound does harm: ${signedPercent(gain.mean)}`
        : 'no clear difference from the right sound'
  return card(name, `${percent(evaluation.score)}%`, told, LISTENING_TONES[gain.direction])
}

function liftCard({ when, evaluation, gain }: Lift): Html {
  const range = gain.interval
    ? `95% interval ${signedPercent(gain.interval[0])} to ${signedPercent(gain.interval[1])}; `
    : ''
  const note = `${range}${percent(evaluation.score)}% with the rubric in the prompt`
  return card(`Scaffold lift ${when}, in points`, signedPercent(gain.mean), note)
}
