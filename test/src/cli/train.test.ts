import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { addTrain, type TrainServices } from '../../../src/cli/commands/train.ts'
import { RunError, UsageError } from '../../../src/errors.ts'
import { createRun } from '../../../src/runs/index.ts'
import { folderWith } from '../temporary.ts'
import { call } from './listener.ts'

const RECIPE = `name: tiny
model: { audio: { width: 8, layers: 1, heads: 1 }, language: { hidden: 8, layers: 1, heads: 1 } }
data: train.jsonl
stages: [{ sft: { steps: 2 } }]
`
type TrainRun = Awaited<ReturnType<TrainServices['train']>>['trainRun']

const command = (trainRun: TrainRun) => [addTrain({ train: async () => ({ trainRun }) })]
const failing = (error: unknown) => command(() => Promise.reject(error))
const summary = { name: 'tiny', seed: 1, started: '', finished: null, seconds: 1, time_by_stage: {}, alarms: 0 }

describe('rubato train', () => {
  it('passes the call on: overrides in their order, the seed last, device, signal and folder', async () => {
    let given: Parameters<TrainRun>[0] | undefined
    const { signal } = new AbortController()
    const commands = command(async (options) => {
      given = options
      return summary
    })
    const words = ['train', 'r.yaml', '--set', 'a=1', '--set', 'b.c=2', '--seed', '7', '--resume', '--run', 'x']
    expect((await call(commands, words, { signal })).code).toBe(0)
    expect(given).toMatchObject({
      recipeFile: 'r.yaml',
      overrides: ['a=1', 'b.c=2', 'seed=7'],
      resume: true,
      runFolder: 'x',
      device: 'cpu',
    })
    expect(given?.signal).toBe(signal)
  })

  it('prints events and the summary as JSON lines, and nothing else', async () => {
    const commands = command(async ({ progress, onRun }) => {
      onRun('runs/tiny')
      progress.stage('sft', 1)
      progress.update(1, { loss: 2 })
      return summary
    })
    const { out, err } = await call(commands, ['train', 'r.yaml', '--json'])
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.map(({ event }) => event)).toEqual(['stage', 'update', 'stage-done', 'result'])
    expect(events.at(-1)).toEqual({ event: 'result', folder: 'runs/tiny', summary })
    expect(err).toBe('')
  })

  it('ends with the table of results and the folder', async () => {
    const folder = path.join(folderWith(), 'run')
    const evaluation = { stage: 'rl', step: 0, control: 'none', n_samples: 2, criteria: [] } as const
    const commands = command(async ({ onRun }) => {
      const run = createRun(folder, RECIPE)
      onRun(folder)
      run.evaluations([
        { record: { ...evaluation, name: 'before', score: 0.2, interval: [0.1, 0.3] }, answers: [] },
        { record: { ...evaluation, name: 'after', score: 0.5, interval: [0.4, 0.6] }, answers: [] },
      ])
      return summary
    })
    const { out } = await call(commands, ['train', 'r.yaml'])
    expect(stripVTControlCharacters(out)).toContain('as asked  20.0 [10.0, 30.0]  50.0 [40.0, 60.0]   +30.0')
    expect(out.trimEnd().split('\n').at(-1)).toBe(`Everything is in ${folder}.`)
  })

  it('--dry-run prints the recipe with everything filled in, and trains nothing', async () => {
    const recipe = path.join(folderWith({ 'r.yaml': RECIPE }), 'r.yaml')
    const { code, out } = await call(failing(new Error('trained')), [
      'train',
      recipe,
      '--dry-run',
      '--set',
      'stages[0].sft.batch=4',
    ])
    expect(code).toBe(0)
    expect(parse(out)).toMatchObject({ seed: 0, stages: [{ sft: { steps: 2, batch: 4, schedule: 'cosine' } }] })
  })

  it('--dry-run shows the estimate where there is one', async () => {
    const recipe = path.join(folderWith({ 'r.yaml': RECIPE }), 'r.yaml')
    const commands = [
      addTrain({
        train: () => Promise.reject(new Error('trained')),
        estimate: async () => ({ estimate: async ({ name }) => ({ memory: `1 GB for ${name}` }) }),
      }),
    ]
    expect((await call(commands, ['train', recipe, '--dry-run'])).out).toContain('# memory  1 GB for tiny')
    expect(JSON.parse((await call(commands, ['train', recipe, '--dry-run', '--json'])).out).estimate).toEqual({
      memory: '1 GB for tiny',
    })
  })

  it.each([
    [new UsageError('recipe.yaml:3 x: wrong.'), 2, 'recipe.yaml:3 x: wrong.\n'],
    [new RunError('step 3: loss is NaN.'), 1, 'step 3: loss is NaN.\n'],
    [Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC', path: '/a/b' }), 1, '/a/b: the disk is full.\n'],
  ])('says %s in one line and exits with %d', async (error, code, text) => {
    expect(await call(failing(error), ['train', 'r.yaml'])).toEqual({ code, out: '', err: text })
  })

  it('marks our own bugs, with their stack', async () => {
    const { code, err } = await call(failing(new TypeError('x is undefined')), ['train', 'r.yaml'])
    expect(code).toBe(1)
    expect(err).toMatch(/^internal: TypeError: x is undefined\n {4}at /)
  })

  it.each([
    [['train'], "error: missing required argument 'recipe'"],
    [['train', 'r.yaml', '--sed', '1'], "error: unknown option '--sed' (Did you mean one of --seed, --set?)"],
    [['trian', 'r.yaml'], "error: unknown command 'trian' (Did you mean train?)"],
    [
      ['train', 'r.yaml', '--device', 'gpu'],
      "error: option '--device <name>' argument 'gpu' is invalid. Allowed choices are cpu, cuda",
    ],
    [['train', '/nowhere.yaml', '--dry-run'], '/nowhere.yaml: no such recipe.'],
  ])('exits with 2 on the wrong call %j, in one line', async (argv, text) => {
    const { code, out, err } = await call(failing(new Error('trained')), argv)
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err.trimEnd()).toContain(text)
    expect(err.trimEnd().split('\n')).toHaveLength(1)
  })

  it('has a help with examples, and ends well', async () => {
    const { code, out } = await call(failing(new Error('trained')), ['train', '--help'])
    expect(code).toBe(0)
    expect(out).toContain('$ rubato train recipe.yaml --resume')
  })
})
