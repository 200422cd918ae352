import { describe, expect, it } from 'vitest'
import {
  overlaid,
  type Panel,
  type Run,
  recipeDifferences,
  scoreTable,
} from '../../../src/serve/page/client/runRecords.ts'
import { flatRecipe } from '../../../src/serve/runs.ts'

const panel = (steps: number[], values: (number | null)[], title = 'Loss'): Panel => ({
  title,
  about: 'of the step.',
  steps,
  series: [{ label: 'loss', values }],
  main: true,
})
const run = (name: string, panels: Panel[], more: Partial<Run> = {}): Run => ({
  name,
  state: 'finished',
  hasReport: false,
  recipe: {},
  evaluations: [],
  alarms: [],
  stages: [{ label: 'sft', panels }],
  steps: [],
  problems: [],
  ...more,
})

describe('runs side by side', () => {
  it('tells the fields of recipes that are not alike, one that is missing too', () => {
    const recipes = [
      'seed: 1\nstages: [{ sft: { steps: 10, batch: 4 } }]',
      'seed: 2\nstages: [{ sft: { steps: 10 } }]',
    ].map((yaml) => ({ recipe: flatRecipe(yaml) }))
    expect(recipeDifferences(recipes)).toEqual([
      { label: 'seed', values: ['1', '2'] },
      { label: 'stages[0].sft.batch', values: ['4', null] },
    ])
    expect(recipeDifferences([recipes[0]!, recipes[0]!])).toEqual([])
  })

  it('reads a recipe that is broken as an empty one', () => {
    expect(flatRecipe('a: [')).toEqual({})
    expect(flatRecipe(undefined)).toEqual({})
  })

  it('puts scores of the same evaluation in a row, the last where it was done twice', () => {
    const score = (name: string, control: string, value: number) => ({ name, control, score: value, n_samples: 1 })
    const rows = scoreTable([
      { evaluations: [score('after', 'none', 0.1), score('after', 'none', 0.3), score('after', 'swapped', 0)] },
      { evaluations: [score('after', 'none', 0.2)] },
    ])
    expect(rows.map(({ label, values }) => [label, ...values.map((value) => value?.score ?? null)])).toEqual([
      ['after', 0.3, 0.2],
      ['after, swapped', 0, null],
    ])
  })

  it('lays curves of the same stage over each other by step, and leaves out those that one run alone has', () => {
    const laid = overlaid([
      run('a', [panel([1, 2], [3, 2]), panel([1], [9], 'Only here')]),
      run('b', [panel([2, 3], [5, null])]),
    ])
    expect(laid).toHaveLength(1)
    expect(laid[0]!.panel).toMatchObject({
      steps: [1, 2, 3],
      series: [
        { label: 'a', values: [3, 2, null] },
        { label: 'b', values: [null, 5, null] },
      ],
    })
  })
})
