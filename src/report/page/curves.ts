import { pickSpread } from '../choose.ts'
import { describe, type Panel, type StageCurves } from '../curves.ts'
import { compact, count } from '../format.ts'
import { type Html, html, jsonScript } from './html.ts'
import { missing, section } from './parts.ts'

const MAX_ROWS = 40

/** Training curves: drawn in the page by uPlot, described in words, and as a table. */
export function curvesSection(stages: StageCurves[]): Html {
  if (stages.length === 0) {
    return section('curves', 'Curves', '', missing('metrics.jsonl is missing or empty: no curve can be drawn.'))
  }
  return section(
    'curves',
    'Curves',
    'By step within the stage. Focus a chart and use the arrow keys, or move over it, to read single steps.',
    html`<p class="controls"><label><input type="checkbox" id="smooth" checked> Smooth the curves</label> <span class="note">Exponential average; the pale line is what was measured.</span></p>`,
    ...stages.map(stageView),
    jsonScript(
      'curves-data',
      stages.flatMap(({ panels }) =>
        panels.map(({ id, steps, series, band, exact }) => ({ id, steps, series: series.map(rounded), band, exact })),
      ),
    ),
  )
}

function stageView(stage: StageCurves): Html {
  const [main, more] = [stage.panels.filter((p) => p.main), stage.panels.filter((p) => !p.main)]
  return html`
<h3 id="${stage.id}">${stage.label} <span class="note">${count(stage.nSteps, 'step')}</span></h3>
<div class="charts">${main.map(chart)}</div>
${more.length > 0 && html`<details class="more"><summary>More curves: ${more.map((p) => p.title.toLowerCase()).join(', ')}</summary><div class="charts">${more.map(chart)}</div></details>`}
${stage.missing.length > 0 && missing(`Not logged in this stage: ${stage.missing.join(', ').toLowerCase()}.`)}
${table(stage)}`
}

function chart(panel: Panel): Html {
  return html`
<figure class="chart">
  <figcaption><h4>${panel.title}</h4><p class="note">${panel.about}</p></figcaption>
  <div class="plot" id="${panel.id}" tabindex="0" role="slider" aria-label="${panel.title} by step" aria-describedby="${panel.id}-words"
    aria-valuemin="${panel.steps[0]!}" aria-valuemax="${panel.steps.at(-1)!}" aria-valuenow="${panel.steps.at(-1)!}"></div>
  <p class="legend" data-legend="${panel.id}"><span class="step"></span>${panel.series.map(
    ({ label }, i) =>
      html`<span class="key"><span class="swatch s${i % 8}" aria-hidden="true"></span>${label} <b></b></span>`,
  )}</p>
  <p class="words" id="${panel.id}-words">${describe(panel)}</p>
</figure>`
}

function table(stage: StageCurves): Html {
  const columns = stage.panels.flatMap((panel) => panel.series.map((series) => ({ panel, series })))
  const steps = stage.panels[0]?.steps ?? []
  const rows = pickSpread(
    steps.map((_, i) => i),
    MAX_ROWS,
  )
  const cell = (value: number | null | undefined) => (value == null ? '–' : compact(value))
  return html`<details class="more"><summary>The same as a table${rows.length < steps.length && `, ${rows.length} of ${steps.length} steps`}</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Figures of ${stage.label}"><table class="dense">
<thead><tr><th scope="col">Step</th>${columns.map(({ panel, series }) => html`<th scope="col" class="n">${panel.title}${panel.series.length > 1 && `: ${series.label}`}</th>`)}</tr></thead>
<tbody>${rows.map((i) => html`<tr><th scope="row">${steps[i]!}</th>${columns.map(({ series }) => html`<td class="n">${cell(series.values[i])}</td>`)}</tr>`)}</tbody>
</table></div></details>`
}

// Six digits draw the same picture and halve the data.
function rounded({ label, values }: Panel['series'][number]): Panel['series'][number] {
  return { label, values: values.map((value) => (value === null ? null : Number(value.toPrecision(6)))) }
}
