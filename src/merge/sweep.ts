import { existsSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { mergeMethods } from '../../models/index.ts'
import { RunError, UsageError } from '../errors.ts'
import { evaluateModel } from '../evaluateModel.ts'
import { type Progress, silentProgress } from '../progress/index.ts'
import { renderTable } from '../progress/table.ts'
import { type MergeModelsOptions, mergeModels } from './mergeModels.ts'
import type { MergeRecipe } from './recipe.ts'

export interface SweepOptions extends MergeModelsOptions {
  /** `key=from:to:step`, or `key=a,b,c`; `weight[0]` is the weight of the first model alone. */
  readonly sweep: readonly string[]
  /** Samples with rubrics that each candidate answers. */
  readonly data?: string | undefined
  readonly rubric?: string
  readonly limit?: number
  readonly maxCompletionTokens?: number
  readonly seed?: number | string
  readonly signal?: AbortSignal
}

export interface Candidate {
  readonly values: Readonly<Record<string, number>>
  readonly score: number
  readonly interval: readonly [number, number]
  /** Pass rate by criterion group, the weakest of those with positive points. */
  readonly weakest: { readonly group: string; readonly passRate: number } | null
}

export interface Swept {
  readonly folder: string
  readonly candidates: readonly Candidate[]
  readonly best: Candidate
}

/**
 * Merges with every value of the sweep (a grid where there are several), scores each candidate on samples with rubrics, and
 * leaves the best at `out`: one candidate beside the best so far is on disk at a time. Of equal scores the earlier wins.
 *
 * @throws UsageError for a sweep that cannot be read or has no data; RunError when it was stopped
 */
export async function sweepMerges(options: SweepOptions): Promise<Swept> {
  const { sweep, data, out, overwrite = false, progress = silentProgress, signal } = options
  if (sweep.length === 0)
    throw new UsageError('--eval: scores the candidates of a --sweep, such as weight=0.1:0.9:0.2.')
  if (data === undefined) throw new UsageError('--sweep: needs --eval, the samples that candidates are scored on.')
  if (existsSync(out) && !overwrite) throw new UsageError(`${out}: exists already. Name another folder with --out.`)
  const grid = gridOf(sweep.map(parseSweep))
  const [trying, kept] = [`${out}.candidate`, `${out}.best`]
  const candidates: Candidate[] = []
  let best: Candidate | undefined
  try {
    for (const [i, values] of grid.entries()) {
      if (signal?.aborted) throw new RunError(`stopped after ${i} of ${grid.length} candidates.`)
      progress.note(`candidate ${i + 1} of ${grid.length}: ${shown(values)}`)
      const recipe = withValues(options.recipe, values)
      await mergeModels({
        ...options,
        recipe,
        out: trying,
        name: path.basename(path.resolve(out)),
        overwrite: true,
        progress,
      })
      const candidate = { values, ...(await scored(trying, { ...options, data, progress })) }
      candidates.push(candidate)
      if (best !== undefined && candidate.score <= best.score) continue
      best = candidate
      rmSync(kept, { recursive: true, force: true })
      renameSync(trying, kept)
    }
    rmSync(out, { recursive: true, force: true })
    renameSync(kept, out)
  } finally {
    for (const folder of [trying, kept]) rmSync(folder, { recursive: true, force: true })
  }
  return { folder: out, candidates, best: best! }
}

/** The candidates as a table, the best marked. */
export function sweepTable({ folder, candidates, best }: Swept): string {
  const keys = Object.keys(best.values)
  const percent = (share: number) => (100 * share).toFixed(1)
  const rows = candidates.map((candidate) => [
    keys.map((key) => candidate.values[key]).join('  '),
    `${percent(candidate.score)} [${percent(candidate.interval[0])}, ${percent(candidate.interval[1])}]`,
    candidate.weakest === null ? '–' : `${candidate.weakest.group} ${percent(candidate.weakest.passRate)}`,
    candidate === best ? `→ ${folder}` : '',
  ])
  return renderTable([[keys.join('  '), 'score, %', 'weakest criterion, % met', ''], ...rows])
}

async function scored(
  model: string,
  options: SweepOptions & { readonly data: string; readonly progress: Progress },
): Promise<Omit<Candidate, 'values'>> {
  const { data, rubric, limit, maxCompletionTokens, seed, progress, signal } = options
  const [record] = await evaluateModel({
    model,
    data,
    controls: ['none'],
    progress,
    ...(rubric === undefined ? {} : { rubric }),
    ...(limit === undefined ? {} : { limit }),
    ...(maxCompletionTokens === undefined ? {} : { maxCompletionTokens }),
    ...(seed === undefined ? {} : { seed }),
    ...(signal === undefined ? {} : { signal }),
  })
  const wanted = record!.criteria.filter(({ sign }) => sign === 1)
  const weakest = wanted.toSorted((a, b) => a.pass_rate - b.pass_rate)[0]
  const { score, interval } = record!
  return { score, interval, weakest: weakest ? { group: weakest.group, passRate: weakest.pass_rate } : null }
}

interface Axis {
  readonly key: string
  readonly values: readonly number[]
}

/** `weight=0.1:0.9:0.2` → 0.1, 0.3, 0.5, 0.7, 0.9; `t=0.2,0.4`. @throws UsageError */
export function parseSweep(text: string): Axis {
  const fail = (problem: string): never => {
    throw new UsageError(`--sweep ${text}: ${problem} Write key=from:to:step or key=a,b,c, such as weight=0.1:0.9:0.2.`)
  }
  const [, key, rest] = /^([\w[\]]+)=(.+)$/.exec(text) ?? fail('cannot be read.')
  if (!rest!.includes(':')) {
    const values = rest!.split(',').map(Number)
    return values.some(Number.isNaN) ? fail('holds what is no number.') : { key: key!, values }
  }
  const [from, to, step, ...more] = rest!.split(':').map(Number)
  if (more.length > 0 || ![from, to, step].every(Number.isFinite)) return fail('cannot be read.')
  if (step! <= 0 || to! < from!) return fail('has no values.')
  const n = Math.floor((to! - from!) / step! + 1e-9) + 1
  return { key: key!, values: Array.from({ length: n }, (_, i) => Number((from! + i * step!).toPrecision(12))) }
}

const gridOf = (axes: readonly Axis[]): Record<string, number>[] =>
  axes.reduce<Record<string, number>[]>(
    (grid, { key, values }) => grid.flatMap((point) => values.map((value) => ({ ...point, [key]: value }))),
    [{}],
  )

const shown = (values: Readonly<Record<string, number>>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ')

/**
 * The recipe with values of a sweep in it. `key[i]` is a parameter of the i-th model beside the base. `weight` alone is the
 * first model's share against the second's in `linear` of two models, where one weight for both would change nothing; else
 * it is every model's.
 *
 * @throws UsageError for a model that is not there
 */
export function withValues(recipe: MergeRecipe, values: Readonly<Record<string, number>>): MergeRecipe {
  const perModel = mergeMethods.find(({ name }) => name === recipe.merge_method)!.perModel
  const merged = recipe.models.filter(({ model }) => model !== recipe.base_model)
  const set = (index: number | 'all', key: string, value: number) => {
    const those = index === 'all' ? merged : [merged[index]!]
    models = models.map((one) =>
      those.some(({ model }) => model === one.model)
        ? { ...one, parameters: { ...one.parameters, [key]: value } }
        : one,
    )
  }
  let models = recipe.models
  let parameters = recipe.parameters ?? {}
  for (const [name, value] of Object.entries(values)) {
    const [, key, index] = /^(\w+)(?:\[(\d+)\])?$/.exec(name) ?? []
    if (key === undefined || (index !== undefined && Number(index) >= merged.length)) {
      throw new UsageError(`--sweep ${name}: there are ${merged.length} models beside the base, counted from 0.`)
    }
    if (index !== undefined) set(Number(index), key, value)
    else if (key === 'weight' && recipe.merge_method === 'linear' && merged.length === 2) {
      set(0, key, value)
      set(1, key, 1 - value)
    } else if (key in perModel) set('all', key, value)
    else parameters = { ...parameters, [key]: value }
  }
  return { ...recipe, models, parameters }
}
