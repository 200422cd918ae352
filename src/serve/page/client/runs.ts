/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// Runs in the runs page: the list, a run's curves, and its rollouts.
import uPlot from 'uplot'
import { showVerdicts, type Verdict } from './verdicts.ts'
import { askJson, at, make } from './wire.ts'

interface Listed {
  readonly name: string
  readonly started: string | null
  readonly finished: string | null
  readonly nSteps: number
  readonly nAlarms: number
  readonly scores: readonly { name: string; score: number }[]
}
interface Panel {
  readonly title: string
  readonly about: string
  readonly steps: number[]
  readonly series: readonly { label: string; values: (number | null)[] }[]
  readonly main: boolean
}
interface Run {
  readonly name: string
  readonly finished: string | null
  readonly stages: readonly { label: string; panels: readonly Panel[] }[]
  readonly steps: readonly number[]
  readonly problems: readonly string[]
}
interface Rollout {
  readonly sample_id: string
  readonly group_index: number
  readonly prompt: string
  readonly scaffold?: { ratio: number; text: string } | null
  readonly completion: string
  readonly verdicts: readonly { criterionId: string; met: boolean | null; reason: string }[]
  readonly reward: number | null
  readonly advantage?: number | null
  readonly rubric?: string | { criteria: readonly { id: string; criterion: string; points: number }[] } | null
}

const LIVE_AFTER = 3000 // ms between looks at a run that goes on
const COLOURS = ['#0d8a7f', '#c4640f', '#5b6fd6', '#b94c8e', '#7d8f1a', '#2a7fb8']
let shown = ''
let last = '' // what was drawn, so that nothing is drawn again without need
let rollouts: readonly Rollout[] = []

async function list(): Promise<void> {
  const { runs } = await askJson<{ runs: Listed[] }>('/api/runs')
  const many = runs.length === 1 ? 'One run' : `${runs.length} runs`
  at('about').textContent =
    runs.length === 0 ? 'There is no run in the folder yet.' : `${many}. Choose one to see its curves and rollouts.`
  const body = document.querySelector('#list tbody')!
  const focused = document.activeElement?.getAttribute('data-run')
  body.replaceChildren(
    ...runs.map((run) => {
      const row = make('tr', run.name === shown ? 'here' : '')
      const name = make('th')
      name.scope = 'row'
      const open = make('button', '', run.name)
      open.dataset.run = run.name
      if (run.name === shown) open.setAttribute('aria-current', 'true')
      open.onclick = () => void show(run.name)
      name.append(open)
      const score = run.scores.map(({ name, score }) => `${name} ${score.toFixed(3)}`).join(' → ')
      row.append(
        name,
        make('td', '', run.finished ? 'finished' : 'going on, or stopped'),
        make('td', 'n', String(run.nSteps)),
        make('td', '', score || '–'),
        make('td', 'n', String(run.nAlarms)),
      )
      return row
    }),
  )
  if (focused) document.querySelector<HTMLElement>(`[data-run="${CSS.escape(focused)}"]`)?.focus()
}

async function show(name: string): Promise<void> {
  const run = await askJson<Run>(`/api/runs/${encodeURIComponent(name)}`)
  const isNew = name !== shown
  shown = name
  at('run').hidden = false
  at('run-title').textContent = name
  at('run-facts').textContent = [run.finished ? 'Finished' : 'Looked at every 3 seconds', ...run.problems].join('. ')
  const drawn = JSON.stringify(run.stages)
  if (drawn !== last) {
    last = drawn
    at('curves').replaceChildren()
    for (const stage of run.stages) for (const panel of stage.panels) if (panel.main) draw(stage.label, panel)
  }
  const step = at<HTMLSelectElement>('step')
  if (isNew || step.options.length !== run.steps.length) {
    const before = isNew ? '' : step.value
    step.replaceChildren(...run.steps.map((n) => new Option(String(n), String(n))))
    step.value = before !== '' ? before : String(run.steps.at(-1) ?? '')
    if (isNew) await loadStep()
  }
  if (isNew) {
    await list()
    at('run').scrollIntoView({ block: 'start' })
  }
}

function draw(stage: string, { title, about, steps, series }: Panel): void {
  const figure = make('figure', 'chart')
  const caption = make('figcaption', '', `${title} · ${stage}`)
  caption.append(make('span', 'note', about))
  const plot = make('div', 'plot')
  const legend = make('div', 'legend')
  const colours = series.map((_, i) => COLOURS[i % COLOURS.length]!)
  for (const [i, { label, values }] of series.entries()) {
    const known = values.filter((value) => value !== null)
    const item = make('span')
    const swatch = make('i')
    swatch.style.background = colours[i]!
    item.append(swatch, `${label}: ${known[0]?.toPrecision(3) ?? '–'} → ${known.at(-1)?.toPrecision(3) ?? '–'}`)
    legend.append(item)
  }
  figure.append(caption, plot, legend)
  at('curves').append(figure)
  const ink = getComputedStyle(document.documentElement).getPropertyValue('--muted').trim()
  const grid = getComputedStyle(document.documentElement).getPropertyValue('--line').trim()
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { show: false } }
  new uPlot(
    {
      width: plot.clientWidth,
      height: 180,
      scales: { x: { time: false } },
      legend: { show: false },
      axes: [axis, { ...axis, size: 56 }],
      series: [
        {},
        ...series.map(({ label }, i) => ({
          label,
          stroke: colours[i]!,
          width: 1.6,
          spanGaps: true,
          points: { show: steps.length < 3 },
        })),
      ],
    },
    [steps, ...series.map(({ values }) => values)],
    plot,
  )
}

async function loadStep(): Promise<void> {
  const step = at<HTMLSelectElement>('step').value
  if (step === '') return at('rollouts').replaceChildren(make('p', 'note', 'This run has no rollouts.'))
  const found = await askJson<{ rollouts: Rollout[] }>(`/api/runs/${encodeURIComponent(shown)}/rollouts/${step}`)
  rollouts = found.rollouts
  const samples = [...new Set(rollouts.map(({ sample_id }) => sample_id))]
  at('group').replaceChildren(...samples.map((id) => new Option(id, id)))
  showGroup()
}

function showGroup(): void {
  const chosen = rollouts.filter(({ sample_id }) => sample_id === at<HTMLSelectElement>('group').value)
  const number = (value: number | null | undefined) =>
    value === null || value === undefined ? 'unknown' : value.toFixed(2)
  at('rollouts').replaceChildren(
    make('p', 'prompt', chosen[0]?.prompt ?? ''),
    ...chosen.map((rollout) => {
      const box = make('article', 'answer')
      const head = make('header')
      head.append(
        make('span', '', `answer ${rollout.group_index + 1}`),
        make('span', 'score', `reward ${number(rollout.reward)} · advantage ${number(rollout.advantage)}`),
      )
      const scaffold = make('details')
      const ratio = rollout.scaffold?.ratio ?? 0
      scaffold.append(
        make(
          'summary',
          '',
          rollout.scaffold?.text ? `Scaffold: ${Math.round(100 * ratio)} % of the rubric shown` : 'No scaffold',
        ),
      )
      if (rollout.scaffold?.text) scaffold.append(make('p', 'scaffold', rollout.scaffold.text))
      const verdicts = make('ul', 'verdicts')
      showVerdicts(
        verdicts,
        rollout.verdicts.map((verdict) => withCriterion(rollout, verdict)),
      )
      box.append(head, make('div', 'said', rollout.completion), ...(rollout.scaffold?.text ? [scaffold] : []), verdicts)
      return box
    }),
  )
}

function withCriterion({ rubric }: Rollout, { criterionId, met, reason }: Rollout['verdicts'][number]): Verdict {
  const known = typeof rubric === 'object' ? rubric?.criteria.find(({ id }) => id === criterionId) : undefined
  return { criterion: known?.criterion ?? criterionId, points: known?.points ?? 0, met, reason }
}

const failed = (error: unknown) => {
  at('about').textContent = (error as Error).message
}
at('step').onchange = () => void loadStep().catch(failed)
at('group').onchange = showGroup
setInterval(() => {
  if (document.hidden) return
  void list()
    .then(() => (shown !== '' ? show(shown) : undefined))
    .catch(failed)
}, LIVE_AFTER)
await list().catch(failed)
document.body.dataset.ready = 'yes'
