/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// A curve over steps.
import uPlot from 'uplot'
import type { Panel } from './runRecords.ts'
import { colourOf, make } from './wire.ts'

const HEIGHT = 170 // px
const LINES = 6 // colours of the style: --line-1 …

const figure = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : Math.abs(value) < 1e-6 ? '0' : String(Number(value.toPrecision(3)))

/** Adds a chart to `parent`; its legend says in words where each line began and ended. */
export function chart(parent: HTMLElement, stage: string, { title, about, steps, series }: Panel): void {
  const box = make('figure', 'chart')
  const caption = make('figcaption')
  caption.append(make('b', '', title), make('span', 'stage', stage), make('span', 'note', about))
  const plot = make('div', 'plot')
  const legend = make('ul', 'legend')
  const colours = series.map((_, i) => colourOf(`--line-${(i % LINES) + 1}`))
  for (const [i, { label, values }] of series.entries()) {
    const known = values.filter((value) => value !== null)
    const swatch = make('i')
    swatch.style.background = colours[i]!
    const item = make('li')
    item.append(swatch, `${label} `, make('span', 'n', `${figure(known[0])} → ${figure(known.at(-1))}`))
    legend.append(item)
  }
  box.append(caption, plot, legend)
  parent.append(box)
  const axis = {
    stroke: colourOf('--muted'),
    font: '12px system-ui, sans-serif',
    grid: { stroke: colourOf('--line'), width: 1 },
    ticks: { show: false },
  }
  const whole = (_: uPlot, values: number[]) => values.map((value) => (Number.isInteger(value) ? String(value) : ''))
  const view = new uPlot(
    {
      width: Math.max(plot.clientWidth, 200),
      height: HEIGHT,
      scales: { x: { time: false } },
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 6 } },
      axes: [
        { ...axis, size: 28, values: whole },
        { ...axis, size: 54 },
      ],
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
    [[...steps], ...series.map(({ values }) => [...values])],
    plot,
  )
  new ResizeObserver(() => view.setSize({ width: Math.max(plot.clientWidth, 200), height: HEIGHT })).observe(plot)
}
