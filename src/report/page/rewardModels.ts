import { compact, count } from '../format.ts'
import type { Run } from '../readRun.ts'
import type { RewardReportRecord } from '../records.ts'
import { type Html, html } from './html.ts'
import { section } from './parts.ts'

type Measures = RewardReportRecord['train']

/** Reward models of the run: how well they order answers, and whether their numbers mean what they say. */
export function rewardModelsSection({ rewardModels }: Pick<Run, 'rewardModels'>): Html | false {
  if (rewardModels.length === 0) return false
  return section(
    'reward-models',
    'Reward models',
    'Pairs of answers of which one was ranked above the other. Confidence is σ of the difference of their rewards, the probability that the reward model gives to the answer it prefers.',
    ...rewardModels.map(modelView),
  )
}

function modelView({ stage, train, test, gap }: RewardReportRecord): Html {
  const rows: [string, Measures][] = [
    ['learnt from', train],
    ...(test ? [['not learnt from', test] as [string, Measures]] : []),
  ]
  return html`
<h3>Stage ${stage + 1}${gap !== null && html` <span class="note">accuracy falls by ${compact(gap)} on rankings that were not learnt from</span>`}</h3>
<div class="scroll" tabindex="0" role="region" aria-label="Measures of the reward model"><table class="dense">
<thead><tr><th scope="col">Rankings</th><th scope="col" class="n">Pairs</th><th scope="col" class="n">Accuracy</th><th scope="col" class="n">Margin</th><th scope="col" class="n">Calibration error</th><th scope="col" class="n">Correlation with scores</th></tr></thead>
<tbody>${rows.map(
    ([label, { n_lists, n_pairs, accuracy, margin, ece, pointwise }]) =>
      html`<tr><th scope="row">${label}, ${count(n_lists, 'list')}</th><td class="n">${n_pairs}</td><td class="n">${compact(accuracy)}</td><td class="n">${compact(margin)}</td><td class="n">${compact(ece)}</td><td class="n">${pointwise?.correlation == null ? '–' : compact(pointwise.correlation)}</td></tr>`,
  )}</tbody>
</table></div>
${calibration(test ?? train, test ? 'not learnt from' : 'learnt from')}`
}

const SIZE = 240 // pixels
const EDGE = 34

/** Accuracy by confidence; a point on the diagonal means what it says. Its area grows with its pairs. */
function calibration({ calibration: bins, n_pairs }: Measures, label: string): Html {
  const at = (value: number) => EDGE + (value - 0.5) * 2 * (SIZE - 2 * EDGE)
  const up = (value: number) => SIZE - EDGE - value * (SIZE - 2 * EDGE)
  const words = bins
    .map(({ confidence, accuracy, n }) => `${compact(confidence)}: ${compact(accuracy)} of ${n}`)
    .join('; ')
  return html`<figure class="chart"><figcaption><h4>Calibration</h4><p class="note">Share of pairs in the right order, by confidence, on rankings ${label}. On the dashed line both agree.</p></figcaption>
<svg viewBox="0 0 ${SIZE} ${SIZE}" width="${SIZE}" height="${SIZE}" role="img" aria-label="Accuracy by confidence. ${words}" fill="none" stroke="currentColor" font-size="10">
<path d="M${EDGE} ${EDGE}V${SIZE - EDGE}H${SIZE - EDGE}" opacity="0.5"></path>
<path d="M${at(0.5)} ${up(0.5)}L${at(1)} ${up(1)}" stroke-dasharray="4 4" opacity="0.6"></path>
${bins.map(({ confidence, accuracy, n }) => html`<circle cx="${at(confidence).toFixed(1)}" cy="${up(accuracy).toFixed(1)}" r="${(2 + 8 * Math.sqrt(n / n_pairs)).toFixed(1)}" fill="currentColor" fill-opacity="0.35"></circle>`)}
<g stroke="none" fill="currentColor"><text x="${at(0.5)}" y="${SIZE - 18}" text-anchor="middle">½</text><text x="${at(1)}" y="${SIZE - 18}" text-anchor="middle">1</text><text x="${SIZE / 2}" y="${SIZE - 4}" text-anchor="middle">confidence</text><text x="${EDGE - 6}" y="${up(0) + 3}" text-anchor="end">0</text><text x="${EDGE - 6}" y="${up(1) + 3}" text-anchor="end">1</text><text x="${EDGE}" y="${EDGE - 10}">right</text></g>
</svg></figure>`
}
