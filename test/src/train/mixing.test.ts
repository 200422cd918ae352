import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { silentProgress } from '../../../src/progress/index.ts'
import { stageCurves } from '../../../src/report/curves.ts'
import { readRun } from '../../../src/report/readRun.ts'
import { Interrupted, trainRun } from '../../../src/train/index.ts'
import { folderWith, jsonLines } from '../temporary.ts'
import { tinyFiles } from '../tinyRun.ts'

const answer = (id: string, content: string) => ({
  id,
  messages: [
    { role: 'user', content: 'what?' },
    { role: 'assistant', content },
  ],
})

/** The tiny run, taught from three sources and asked from two. */
function mixedFiles() {
  const files = tinyFiles()
  const taught = '{ mix: [taught.jsonl, { path: short.jsonl, name: short }, named.jsonl], temperature: 3 }'
  return {
    ...files,
    'recipe.yaml': `${String(files['recipe.yaml']).replace('data: taught.jsonl', `data: ${taught}`).replace('data: asked.jsonl\n', 'data: [asked.jsonl, { path: again.jsonl, weight: 3 }]\n')}`,
    'short.jsonl': jsonLines(answer('t0', 'yes'), answer('t1', 'no')),
    'named.jsonl': jsonLines({ ...answer('u0', 'a dog barks'), tags: { task: 'captions' } }),
    'again.jsonl': files['asked.jsonl']!,
  }
}

type Step = Record<string, number> & { stage: string }
const metricsOf = (folder: string): Step[] =>
  readFileSync(path.join(folder, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Step)

const CLOCK = /^(seconds|step_time|time\/.*)$/
const withoutClock = (steps: readonly Step[]) =>
  steps.map((step) => Object.fromEntries(Object.entries(step).filter(([key]) => !CLOCK.test(key))))

it('a run on several sources logs each task, draws it in the report, and ends in the same bits when it was stopped', async () => {
  const overrides = ['eval=[]', 'stages[0].sft.batch=6', 'stages[2].rl.steps=1']
  const train = (folder: string, signal?: AbortSignal, resume = false, onStep?: (step: number) => void) =>
    trainRun({
      recipeFile: path.join(folder, 'recipe.yaml'),
      overrides,
      runFolder: path.join(folder, 'run'),
      resume,
      progress: { ...silentProgress, update: (step) => onStep?.(step) },
      ...(signal && { signal }),
    })
  const whole = folderWith(mixedFiles())
  const summary = await train(whole)
  const steps = metricsOf(path.join(whole, 'run'))

  expect(summary.mixtures).toMatchObject({
    sft: { temperature: 3, sources: [{ name: 'taught', samples: 9 }, { name: 'short' }, { samples: 1 }] },
    'rl-1': { sources: [{ share: 0.25 }, { share: 0.75 }] },
  })
  const sft = steps.filter(({ stage }) => stage === 'sft')
  for (const task of ['taught', 'short', 'captions']) {
    expect(sft.some((step) => step[`task/${task}/loss`]! > 0)).toBe(true)
  }
  const rl = steps.filter(({ stage }) => stage === 'rl-1')
  expect(rl.every((step) => step['task/again/reward'] !== undefined || step['task/asked/reward'] !== undefined)).toBe(
    true,
  )
  const titles = stageCurves((await readRun(path.join(whole, 'run'))).metrics, []).map(({ panels }) =>
    panels.map(({ title }) => title),
  )
  expect(titles[0]).toContain('Loss by task')
  expect(titles[1]).toContain('Reward by task')
  expect(titles[2]).not.toContain('Reward by task') // of one source

  const stopped = folderWith(mixedFiles())
  const stop = new AbortController()
  const counted = (step: number) => {
    if (step === 3) stop.abort()
  }
  await expect(train(stopped, stop.signal, false, counted)).rejects.toThrow(Interrupted)
  await train(stopped, undefined, true)
  expect(withoutClock(metricsOf(path.join(stopped, 'run')))).toEqual(withoutClock(steps))
  const weights = (folder: string) => readFileSync(path.join(folder, 'run', 'model.safetensors'))
  expect(weights(stopped).equals(weights(whole))).toBe(true)
}, 60_000)

it('the loss of a step is the mean of the losses of its tasks, weighted by their tokens', async () => {
  const folder = folderWith({
    ...mixedFiles(),
    // Answers of equal length, so that every task has as many tokens as it has samples.
    'taught.jsonl': jsonLines(...['a', 'b', 'c'].map((id) => answer(id, 'yes'))),
    'short.jsonl': jsonLines(...['d', 'e', 'f'].map((id) => answer(id, 'yes'))),
  })
  const stages = '[{ sft: { data: [taught.jsonl, short.jsonl], steps: 3, batch: 6, learning_rate: 0.01 } }]'
  await trainRun({
    recipeFile: path.join(folder, 'recipe.yaml'),
    overrides: [`stages=${stages}`, 'eval=[]'],
    runFolder: path.join(folder, 'run'),
    progress: silentProgress,
  })
  for (const step of metricsOf(path.join(folder, 'run'))) {
    expect((step['task/taught/loss']! + step['task/short/loss']!) / 2).toBeCloseTo(step.loss!, 5)
  }
}, 60_000)
