/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// Runs in the runs page: the list, a run with its curves and rollouts, and several runs beside each other.
import { chart } from './chart.ts'
import { rolloutBrowser } from './rollouts.ts'
import {
  type Evaluation,
  type Listed,
  overlaid,
  type Row,
  type Run,
  recipeDifferences,
  scoreTable,
} from './runRecords.ts'
import { askJson, at, hasToken, make } from './wire.ts'

const LIVE_AFTER = 2000 // ms between looks at the folder

let shown = ''
let drawn = '' // what is drawn, so that nothing is drawn again without need
const compared = new Set<string>()
const failed = (error: unknown) => {
  at('about').textContent = (error as Error).message
}
const rollouts = rolloutBrowser(failed)

async function list(): Promise<void> {
  const { runs } = await askJson<{ runs: Listed[] }>('/api/runs')
  at('about').textContent =
    runs.length === 0
      ? 'There is no run in the folder yet.'
      : 'Choose a run to see how it went. Tick two or more to see them beside each other.'
  at('list').hidden = runs.length === 0
  const key = JSON.stringify([runs, shown, [...compared]])
  if (at('list').dataset.key === key) return
  at('list').dataset.key = key
  const focused = document.activeElement
  const kept = ['run', 'compare'].find((name) => focused?.hasAttribute(`data-${name}`))
  const keptName = kept && focused?.getAttribute(`data-${kept}`)
  document.querySelector('#list tbody')!.replaceChildren(...runs.map(rowOf))
  if (keptName) document.querySelector<HTMLElement>(`[data-${kept}="${CSS.escape(keptName)}"]`)?.focus()
}

const duration = (seconds: number | null): string =>
  seconds === null ? '–' : seconds < 90 ? `${Math.round(seconds)} s` : `${(seconds / 60).toFixed(0)} min`

function rowOf({ name, state, nSteps, nAlarms, scores, seconds }: Listed): HTMLElement {
  const row = make('tr', name === shown ? 'here' : '')
  const title = make('th')
  title.scope = 'row'
  const open = make('button', 'link', name)
  open.dataset.run = name
  if (name === shown) open.setAttribute('aria-current', 'true')
  open.onclick = () => void show(name).catch(failed)
  title.append(open)
  const tick = make('input')
  tick.type = 'checkbox'
  tick.checked = compared.has(name)
  tick.dataset.compare = name
  tick.setAttribute('aria-label', `Compare ${name}`)
  tick.onchange = () => {
    if (tick.checked) compared.add(name)
    else compared.delete(name)
    void compare().then(list).catch(failed)
  }
  const ticked = make('td')
  ticked.append(tick)
  row.append(
    ticked,
    title,
    make('td', `state ${state}`, state),
    make('td', 'n', String(nSteps)),
    make('td', 'n', duration(seconds)),
    make('td', '', scores.map(({ name, score }) => `${name} ${score.toFixed(3)}`).join(' → ') || '–'),
    make('td', 'n', String(nAlarms)),
  )
  return row
}

async function show(name: string): Promise<void> {
  const run = await askJson<Run>(`/api/runs/${encodeURIComponent(name)}`)
  const isNew = name !== shown
  shown = name
  at('run').hidden = false
  at('run-title').textContent = name
  at('run-facts').textContent = [
    { finished: 'Finished.', training: 'Training; looked at every 2 seconds.', stopped: 'Stopped before its end.' }[
      run.state
    ],
    ...run.problems,
  ].join(' ')
  const report = at<HTMLAnchorElement>('report')
  report.hidden = !run.hasReport || hasToken()
  report.href = `/api/runs/${encodeURIComponent(name)}/report`
  at('alarms').replaceChildren(
    ...run.alarms.map(({ step, message }) => make('li', '', step == null ? message : `Step ${step}: ${message}`)),
  )
  const key = JSON.stringify([name, run.stages])
  if (key !== drawn) {
    drawn = key
    at('curves').replaceChildren()
    for (const stage of run.stages) {
      for (const panel of stage.panels) if (panel.main) chart(at('curves'), stage.label, panel)
    }
  }
  await rollouts.show(name, run.steps)
  if (!isNew) return
  await list()
  at('run').scrollIntoView({ block: 'start' })
}

async function compare(): Promise<void> {
  const names = [...compared]
  at('comparison').hidden = names.length < 2
  if (names.length < 2) return
  const runs = await Promise.all(names.map((name) => askJson<Run>(`/api/runs/${encodeURIComponent(name)}`)))
  table(at('scores'), names, scoreTable(runs), scoreText)
  const differences = recipeDifferences(runs)
  table(at('differences'), names, differences, (value) => value)
  at('alike').hidden = differences.length > 0
  at('overlay').replaceChildren()
  for (const { stage, panel } of overlaid(runs)) chart(at('overlay'), stage, panel)
}

const scoreText = ({ score, interval }: Evaluation): string =>
  interval ? `${score.toFixed(3)}  [${interval.map((end) => end.toFixed(3)).join(', ')}]` : score.toFixed(3)

function table<Value>(
  into: HTMLElement,
  names: readonly string[],
  rows: readonly Row<Value>[],
  text: (value: Value) => string,
): void {
  const head = make('tr')
  head.append(make('td'), ...names.map((name) => Object.assign(make('th', '', name), { scope: 'col' })))
  const body = rows.map(({ label, values }) => {
    const row = make('tr')
    row.append(
      Object.assign(make('th', '', label), { scope: 'row' }),
      ...values.map((value) => make('td', '', value === null ? '–' : text(value))),
    )
    return row
  })
  into.replaceChildren(head, ...body)
  into.hidden = rows.length === 0
}

/** Looks again once the look before has ended, so that a slow server is not asked ever more. */
async function watch(): Promise<void> {
  try {
    if (!document.hidden) {
      await list()
      if (shown !== '') await show(shown)
    }
  } catch (error) {
    failed(error)
  }
  setTimeout(watch, LIVE_AFTER)
}
await list().catch(failed)
setTimeout(watch, LIVE_AFTER)
document.body.dataset.ready = 'yes'
performance.mark('ready') // how soon, for npm run bench
