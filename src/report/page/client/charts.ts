/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// Runs in the page. Draws the curves with uPlot, which stands in the page before this.
import type uPlot from 'uplot'

interface Panel {
  id: string
  steps: number[]
  series: { label: string; values: (number | null)[] }[]
  band?: (number | null)[]
  exact: boolean
}

const UPlot = (globalThis as unknown as { uPlot: typeof uPlot }).uPlot
const SMOOTHING = 0.8 // weight of the past in the exponential average
const HEIGHT = 190 // CSS pixels
const dataElement = document.getElementById('curves-data')
const panels: Panel[] = dataElement ? JSON.parse(dataElement.textContent ?? '[]') : []
const smooth = document.getElementById('smooth') as HTMLInputElement | null
const charts = new Map<string, uPlot>()

/** Exponential average, without the pull towards zero at its start; gaps stay gaps. */
function smoothed(values: (number | null)[]): (number | null)[] {
  let sum = 0
  let weight = 0
  return values.map((value) => {
    if (value === null) return null
    sum = SMOOTHING * sum + (1 - SMOOTHING) * value
    weight = SMOOTHING * weight + (1 - SMOOTHING)
    return sum / weight
  })
}

function short(value: number): string {
  const size = Math.abs(value)
  if (value !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1)
  return String(Number(value.toPrecision(size >= 1 ? 4 : 3)))
}

function draw(panel: Panel): void {
  const place = document.getElementById(panel.id)
  if (!place || place.clientWidth === 0) return
  charts.get(panel.id)?.destroy()
  const css = getComputedStyle(document.documentElement)
  const colour = (name: string) => css.getPropertyValue(name).trim()
  const isSmooth = smooth?.checked === true && !panel.exact && panel.steps.length > 8
  const first = panel.series[0]
  const data: (number | null)[][] = [panel.steps]
  const series: uPlot.Series[] = [{}]
  const bands: uPlot.Band[] = []
  const points = { show: panel.steps.length === 1 }

  if (panel.band && first) {
    const edge = (sign: number) =>
      first.values.map((v, i) => (v === null || panel.band?.[i] == null ? null : v + sign * panel.band[i]))
    data.push(edge(1), edge(-1))
    series.push({ stroke: 'transparent', points: { show: false } }, { stroke: 'transparent', points: { show: false } })
    bands.push({ series: [1, 2], fill: colour('--band') })
  }
  for (const [i, { label, values }] of panel.series.entries()) {
    const stroke = colour(`--s${i % 8}`)
    data.push(values)
    series.push({ label, stroke, width: isSmooth ? 1 : 1.75, alpha: isSmooth ? 0.35 : 1, points, spanGaps: false })
    if (!isSmooth) continue
    data.push(smoothed(values))
    series.push({ label, stroke, width: 2, points: { show: false } })
  }
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  }
  const chart = new UPlot(
    {
      width: place.clientWidth,
      height: HEIGHT,
      padding: [8, 10, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: panel.id.split('-panel-')[0] ?? '' }, drag: { x: true, y: false } },
      scales: { x: { time: false } },
      axes: [
        {
          ...axis,
          space: 60,
          size: 26,
          gap: 4,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000],
        },
        { ...axis, size: 46, gap: 4, values: (_, ticks) => ticks.map(short) },
      ],
      series,
      bands,
      hooks: { setCursor: [(self) => read(panel, self.cursor.idx)] },
    },
    data as uPlot.AlignedData,
    place,
  )
  charts.set(panel.id, chart)
  read(panel, null)
}

/** Writes the values at a step below the chart; without a step, the last ones. */
function read(panel: Panel, index: number | null | undefined): void {
  const at = index ?? panel.steps.length - 1
  const place = document.getElementById(panel.id)
  const legend = document.querySelector(`[data-legend="${panel.id}"]`)
  if (!place || !legend) return
  const values = panel.series.map(({ values }) => values[at])
  const words = values.map((value) => (value == null ? '–' : short(value)))
  legend.querySelectorAll('b').forEach((cell, i) => {
    cell.textContent = words[i] ?? ''
  })
  const step = legend.querySelector('.step')
  if (step) step.textContent = `step ${panel.steps[at]}`
  place.setAttribute('aria-valuenow', String(panel.steps[at]))
  place.setAttribute(
    'aria-valuetext',
    `step ${panel.steps[at]}: ${panel.series.map(({ label }, i) => `${label} ${words[i]}`).join(', ')}`,
  )
}

function listen(panel: Panel): void {
  const place = document.getElementById(panel.id)
  let at = panel.steps.length - 1
  place?.addEventListener('keydown', (event) => {
    const far = Math.max(1, Math.round(panel.steps.length / 10))
    const moves: Record<string, number> = {
      ArrowLeft: -1,
      ArrowDown: -1,
      ArrowRight: 1,
      ArrowUp: 1,
      PageDown: -far,
      PageUp: far,
      Home: -1e9,
      End: 1e9,
    }
    const move = moves[event.key]
    const chart = charts.get(panel.id)
    if (move === undefined || !chart) return
    event.preventDefault()
    at = Math.min(panel.steps.length - 1, Math.max(0, at + move))
    chart.setCursor({ left: chart.valToPos(panel.steps[at] ?? 0, 'x'), top: 0 })
    read(panel, at)
  })
}

const drawAll = () => panels.forEach(draw)
const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const panel = panels.find(({ id }) => id === target.id)
    if (!panel) continue
    const chart = charts.get(panel.id)
    if (!chart) draw(panel)
    else if (target.clientWidth > 0 && chart.width !== target.clientWidth)
      chart.setSize({ width: target.clientWidth, height: HEIGHT })
  }
})
for (const panel of panels) {
  const place = document.getElementById(panel.id)
  if (place) resized.observe(place)
  listen(panel)
}
smooth?.addEventListener('change', drawAll)
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll)
