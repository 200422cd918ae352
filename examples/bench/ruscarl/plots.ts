import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { mean } from '../common/statistics.ts'
import type { Arm } from './arms.ts'
import type { Measured } from './claims.ts'
import type { Ground } from './ground.ts'

/** Steps that a curve is averaged over: a step has few plain answers. */
const WINDOW = 5
const CONFIG = {
  background: 'white',
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  legend: { labelLimit: 300, symbolType: 'stroke', symbolOpacity: 1, symbolStrokeWidth: 3 },
  axis: { gridColor: '#e8e8e8', domainColor: '#999', tickColor: '#999', labelLimit: 300 },
} as const

/** Draws what the page shows of a ground into `folder`; returns the names of the files. */
export async function drawPlots(folder: string, ground: Ground, arms: readonly Arm[], measured: Measured) {
  mkdirSync(folder, { recursive: true })
  const shown = arms.filter(({ id }) => measured.has(id))
  const schedules = shown.filter(({ about }) => about === 'schedule')
  const draw = async (name: string, spec: TopLevelSpec) => {
    const view = new View(parse(compile({ ...spec, config: CONFIG }).spec), { renderer: 'none' })
    writeFileSync(path.join(folder, `${ground.id}-${name}.svg`), await view.toSVG())
  }
  await draw('curves', curves(ground, schedules, measured))
  await draw('scores', scores(shown, measured))
  return { curves: `${ground.id}-curves.svg`, scores: `${ground.id}-scores.svg` }
}

/** Reward of plain training answers by step: mean over seeds, and from the lowest to the highest of them. */
function curves({ midpoint }: Ground, arms: readonly Arm[], measured: Measured): TopLevelSpec {
  const values = arms.flatMap(({ id, title }) =>
    measured
      .get(id)!
      .flatMap(({ seed, curves: { plain } }) =>
        smoothed(plain).map((reward, i) => ({ arm: title, seed, step: i + 1, reward })),
      ),
  )
  const nSteps = Math.max(...values.map(({ step }) => step))
  const x = { field: 'step', type: 'quantitative', title: 'step' } as const
  const color = { field: 'arm', type: 'nominal', title: null, sort: arms.map(({ title }) => title) } as const
  return {
    width: 560,
    height: 260,
    data: { values },
    layer: [
      {
        data: { values: [{ step: midpoint * nSteps }] },
        mark: { type: 'rule', strokeDash: [4, 4], color: '#888' },
        encoding: { x },
      },
      {
        mark: { type: 'area', opacity: 0.15 },
        encoding: {
          x,
          y: { field: 'reward', aggregate: 'min', type: 'quantitative', title: 'reward of plain answers' },
          y2: { field: 'reward', aggregate: 'max' },
          color,
        },
      },
      {
        mark: { type: 'line', strokeWidth: 2 },
        encoding: { x, y: { field: 'reward', aggregate: 'mean', type: 'quantitative' }, color },
      },
    ],
  }
}

/** Held-out scores on the plain prompt: a point a seed, a tick at their mean. */
function scores(arms: readonly Arm[], measured: Measured): TopLevelSpec {
  const values = arms.flatMap(({ id, title, about }) =>
    measured
      .get(id)!
      .map(({ after, before, seed }) => ({ arm: title, about, seed, score: after.plain, before: before.plain })),
  )
  const y = {
    field: 'arm',
    type: 'nominal',
    title: null,
    sort: arms.map(({ title }) => title),
  } as const
  const x = {
    field: 'score',
    type: 'quantitative',
    title: 'held-out score, plain prompt',
    scale: { zero: true },
  } as const
  return {
    width: 460,
    height: { step: 26 },
    data: { values },
    layer: [
      {
        data: { values: [{ score: mean(values.map(({ before }) => before)) }] },
        mark: { type: 'rule', strokeDash: [4, 4], color: '#888' },
        encoding: { x },
      },
      {
        mark: { type: 'tick', thickness: 3, height: 18, color: '#222' },
        encoding: { x: { ...x, aggregate: 'mean' }, y },
      },
      {
        mark: { type: 'point', filled: true, size: 55, opacity: 0.75 },
        encoding: { x, y, color: { field: 'about', type: 'nominal', legend: null } },
      },
    ],
  }
}

/** Mean over the last `WINDOW` steps that have a value. */
function smoothed(values: readonly (number | null)[]): number[] {
  return values.map((_, i) => {
    const near = values.slice(Math.max(0, i - WINDOW + 1), i + 1).filter((value) => value !== null)
    return near.length === 0 ? 0 : mean(near)
  })
}
