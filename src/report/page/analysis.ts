import { type HackingWatch, hackingWatch } from '../../analysis/index.ts'
import { figure, stageKind } from '../curves.ts'
import { number, percent, signedPercent } from '../format.ts'
import type { Evaluation, Run } from '../readRun.ts'
import { type Html, html, trusted } from './html.ts'
import { section } from './parts.ts'

type Analysis = NonNullable<Evaluation['analysis']>
interface Analysed {
  readonly name: string
  readonly analysis: Analysis
}

/** What the answers say beside their score; nothing where a run measured none of it. */
export function analysisSection(run: Run): Html | false {
  const analysed = run.evaluations.flatMap(({ name, control, analysis }) =>
    analysis && control === 'none' ? [{ name, analysis }] : [],
  )
  const watch = watchOf(run)
  if (analysed.length === 0 && !watch) return false
  const curves = analysed.filter(({ analysis }) => analysis.best_of)
  return section(
    'analysis',
    'Beside the score',
    'How far the best of several answers reaches, how sure and how varied the answers are, and how new they are to the model before training.',
    curves.length > 0 && bestOfView(curves),
    analysed.length > 0 && figuresView(analysed),
    watch !== null && watchView(watch),
  )
}

const WIDTH = 420
const HEIGHT = 190
const LEFT = 44
const BOTTOM = 24

/** Score of the best of N, N on a logarithmic scale, and the same as a table. */
function bestOfView(curves: readonly Analysed[]): Html {
  const points = curves.flatMap(({ analysis }) => analysis.best_of!)
  const most = Math.max(...points.map(({ n }) => n))
  const high = Math.max(...points.map(({ interval }) => interval[1]), 0.01)
  const low = Math.min(...points.map(({ interval }) => interval[0]))
  const x = (n: number) => LEFT + ((WIDTH - LEFT - 10) * Math.log2(n)) / Math.max(1, Math.log2(most))
  const y = (score: number) => 8 + ((HEIGHT - BOTTOM - 8) * (high - score)) / Math.max(0.01, high - low)
  const place = (n: number, score: number) => `${x(n).toFixed(1)},${y(score).toFixed(1)}`
  const line = ({ analysis }: Analysed, i: number) => {
    const own = analysis.best_of!
    const there = own.map(({ n, interval }) => place(n, interval[1]))
    const back = own.toReversed().map(({ n, interval }) => place(n, interval[0]))
    const path = own.map(({ n, score }) => place(n, score)).join(' ')
    return trusted(
      `<polygon points="${[...there, ...back].join(' ')}" style="fill:var(--s${i % 8});opacity:.14"></polygon>` +
        `<polyline points="${path}" style="fill:none;stroke:var(--s${i % 8});stroke-width:2"></polyline>`,
    )
  }
  const sizes = [...new Set(points.map(({ n }) => n))].sort((a, b) => a - b)
  const at = ({ analysis }: Analysed, size: number) => analysis.best_of!.find(({ n }) => n === size)
  return html`
<figure class="chart">
  <figcaption><h4>Best of N</h4><p class="note">Expected score of the best of N answers, mean over samples; the band holds 95%.</p></figcaption>
  <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Score of the best of N answers; the same as a table below" style="width:100%;max-width:${WIDTH}px">
    ${[low, high].map((score) => trusted(`<text x="${LEFT - 6}" y="${(y(score) + 4).toFixed(1)}" text-anchor="end" font-size="11" style="fill:var(--muted)">${percent(score)}%</text>`))}
    ${sizes.map((n) => trusted(`<text x="${x(n).toFixed(1)}" y="${HEIGHT - 6}" text-anchor="middle" font-size="11" style="fill:var(--muted)">${n}</text>`))}
    ${curves.map(line)}
  </svg>
  <p class="legend">${curves.map(
    ({ name }, i) => html`<span class="key"><span class="swatch s${i % 8}" aria-hidden="true"></span>${name}</span> `,
  )}</p>
</figure>
<div class="scroll" tabindex="0" role="region" aria-label="Table of best of N"><table>
  <thead><tr><th scope="col" class="n">N</th>${curves.map(({ name }) => html`<th scope="col" class="n">${name}, %</th>`)}</tr></thead>
  <tbody>${sizes.map(
    (size) =>
      html`<tr><th scope="row" class="n">${size}</th>${curves.map((one) => {
        const found = at(one, size)
        return html`<td class="n">${found ? `${percent(found.score)} (${percent(found.interval[0])} to ${percent(found.interval[1])})` : '–'}</td>`
      })}</tr>`,
  )}</tbody>
</table></div>`
}

function figuresView(analysed: readonly Analysed[]): Html {
  const cell = (value: number | null, digits: number) => (value === null ? 'not measured' : number(value, digits))
  const ratios = ({ novelty }: Analysis) =>
    novelty === null
      ? 'not measured'
      : `median ${number(novelty.median, 2)}; above 2, 10, 100: ${novelty.above_2}, ${novelty.above_10}, ${novelty.above_100} of ${novelty.n}`
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Entropy, diversity and novelty"><table>
  <thead><tr><th scope="col">Evaluation</th><th scope="col" class="n">Entropy, nats a token</th>
    <th scope="col" class="n">Diversity, 1 − Self-BLEU</th><th scope="col">Ratio to the model before training</th></tr></thead>
  <tbody>${analysed.map(
    ({ name, analysis }) =>
      html`<tr><th scope="row">${name}</th><td class="n">${cell(analysis.entropy, 3)}</td><td class="n">${cell(analysis.diversity, 3)}</td><td>${ratios(analysis)}</td></tr>`,
  )}</tbody>
</table></div>`
}

/** The last stage that scored its answers by a held-out rubric too. */
function watchOf(run: Run): HackingWatch | null {
  const stage = run.metrics.findLast(
    (record) => stageKind(record.stage) === 'rl' && figure(record, 'reward/held_out') !== undefined,
  )?.stage
  const points = run.metrics.flatMap((record) => {
    const [training, heldOut] = [figure(record, 'reward'), figure(record, 'reward/held_out')]
    return record.stage === stage && training !== undefined && heldOut !== undefined
      ? [{ step: record.step, training, heldOut }]
      : []
  })
  return hackingWatch(points)
}

const FINDINGS: Record<HackingWatch['finding'], string> = {
  hacked:
    'The reward rose while the held-out score fell: answers please the judge that is trained against, and no other.',
  unpaid: 'The reward rose and the held-out score hardly followed: read some answers.',
  fine: 'The two scores do not part.',
}

function watchView({ finding, trainingGain, heldOutGain, peakStep }: HackingWatch): Html {
  return html`<p class="${finding === 'fine' ? 'note' : 'notice'}" role="note"><strong>Held-out rubric.</strong> ${FINDINGS[finding]} Reward ${signedPercent(trainingGain)} points, held-out score ${signedPercent(heldOutGain)}; the held-out score was best around step ${peakStep}.</p>`
}
