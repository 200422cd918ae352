import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRun } from '../../../src/report/readRun.ts'
import { createRun, freshRunPath, latestRunPath, openRun, type RunFolder } from '../../../src/runs/index.ts'
import { folderWith } from '../temporary.ts'

const metricsOf = (global_step: number) => {
  const inSft = global_step <= 3
  return {
    stage: inSft ? 'sft' : 'rl',
    step: inSft ? global_step : global_step - 3,
    global_step,
    seconds: global_step * 1.5,
    ...(inSft ? { loss: 1 / global_step } : { reward: global_step / 10 }),
  }
}
const rollout = (step: number) => ({
  sample_id: `s${step}`,
  group_index: 0,
  audio: [],
  prompt: 'user: What?',
  scaffold: { ratio: 0, shown: [], text: null },
  completion: 'A bell.',
  verdicts: [],
  reward: 1,
  advantage: 0,
  n_tokens: 3,
  finish_reason: 'stop' as const,
})

async function go(run: RunFolder, from: number, to: number): Promise<void> {
  for (let step = from; step <= to; step++) {
    if (step > 3) run.rollouts(step, [rollout(step)])
    run.metrics(metricsOf(step))
    if (step === 5) run.alarm({ step: 2, global_step: 5, alarm: 'empty', message: 'x' })
    if (step % 2 === 0)
      await run.checkpoints.save(step, async (folder) => writeFileSync(path.join(folder, 'w'), `${step}`))
  }
}

/** Everything in a folder but the events, whose times are those of the clock. */
function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('events'))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]))
}

describe('a run folder', () => {
  it('that was resumed from a checkpoint is equal to one that never stopped', async () => {
    const root = folderWith()
    await go(createRun(path.join(root, 'whole'), 'name: x\n'), 1, 8)
    await go(createRun(path.join(root, 'stopped'), 'name: x\n'), 1, 7)
    const resumed = openRun(path.join(root, 'stopped'))
    resumed.truncate(resumed.checkpoints.list().findLast(({ globalStep }) => globalStep <= 4)!.globalStep)
    expect(resumed.lastStep()).toEqual(metricsOf(4))
    expect(Object.keys(contents(resumed.path))).not.toContain('rollouts/step-000005.jsonl')
    await go(resumed, 5, 8)
    expect(contents(path.join(root, 'stopped'))).toEqual(contents(path.join(root, 'whole')))
  })

  it('has one events file after a resumption, with every step once', async () => {
    const folder = path.join(folderWith(), 'run')
    const sizes = []
    await go(createRun(folder, 'name: x\n'), 1, 7)
    const events = () => readdirSync(folder).filter((name) => name.startsWith('events'))
    sizes.push(readFileSync(path.join(folder, events()[0]!)).length)
    const resumed = openRun(folder)
    resumed.truncate(4)
    await go(resumed, 5, 7)
    expect(events()).toHaveLength(1)
    sizes.push(readFileSync(path.join(folder, events()[0]!)).length)
    expect(sizes[1]).toBe(sizes[0])
  })

  it('is read by the report', async () => {
    const run = createRun(path.join(folderWith(), 'run'), 'name: x\n')
    await go(run, 1, 5)
    const record = { stage: 'rl', step: 2, control: 'none' as const, score: 0.5, n_samples: 1, criteria: [] }
    const answer = { sample_id: 's', audio: [], prompt: '', completion: 'x', verdicts: [], score: 0.5, rubric: 'r' }
    run.evaluations([{ record: { ...record, name: 'before', interval: [0.4, 0.6] }, answers: [answer] }])
    run.summary({
      name: 'x',
      seed: 1,
      started: '2026-01-01T00:00:00Z',
      finished: null,
      seconds: 9,
      time_by_stage: { sft: 3, rl: 6 },
      alarms: run.nAlarms(),
    })
    const read = await readRun(run.path)
    expect(read.problems).toEqual([])
    expect(read.metrics).toHaveLength(5)
    expect(read.alarms).toHaveLength(1)
    expect(read.rolloutFiles).toHaveLength(2)
    expect(read.evaluations[0]).toMatchObject({ name: 'before', answers: [{ completion: 'x' }] })
    expect(read.summary).toMatchObject({ alarms: 1, seconds: 9 })
  })

  it('is not begun in a folder that holds something, nor opened where there is none', () => {
    const folder = folderWith({ x: '' })
    expect(() => createRun(folder, '')).toThrow(`${folder}: not empty. Write --resume`)
    expect(() => openRun(folder)).toThrow(`${folder}: not a run folder, it has no recipe.yaml.`)
  })

  it('gets a number when its name is taken', () => {
    const root = folderWith({ 'a/x': '', 'a-2/x': '' })
    expect(freshRunPath(root, 'a')).toBe(path.join(root, 'a-3'))
    expect(latestRunPath(root, 'a')).toBe(path.join(root, 'a-2'))
    expect(latestRunPath(root, 'b')).toBeUndefined()
  })
})

describe('checkpoints', () => {
  it('that were being replaced when the run was killed are put back when it is gone on with', () => {
    // As a kill between the two renames leaves them: the new one whole aside, the old one moved away.
    const folder = folderWith({
      'recipe.yaml': '',
      'checkpoints/.step-4.replaced/w': 'old',
      'checkpoints/.step-4.aside/w': 'new',
      'checkpoints/.step-6.aside/half': '',
    })
    expect(
      openRun(folder)
        .checkpoints.list()
        .map(({ globalStep }) => globalStep),
    ).toEqual([4])
    expect(readFileSync(path.join(folder, 'checkpoints/step-4/w'), 'utf8')).toBe('old')
    expect(readdirSync(path.join(folder, 'checkpoints'))).toEqual(['step-4'])
  })

  it('leave nothing in place when filling one fails', async () => {
    const run = createRun(path.join(folderWith(), 'run'), '')
    const failing = run.checkpoints.save(3, async (folder) => {
      writeFileSync(path.join(folder, 'half'), '')
      throw new Error('disk full')
    })
    await expect(failing).rejects.toThrow('disk full')
    expect(run.checkpoints.list()).toEqual([])
    await run.checkpoints.save(3, async (folder) => writeFileSync(path.join(folder, 'whole'), ''))
    expect(readdirSync(run.checkpoints.list()[0]!.folder)).toEqual(['whole'])
  })

  it('are listed by number and pruned from the oldest', async () => {
    const run = createRun(path.join(folderWith(), 'run'), '')
    for (const step of [2, 10, 9]) await run.checkpoints.save(step, async () => {})
    expect(run.checkpoints.list().map(({ globalStep }) => globalStep)).toEqual([2, 9, 10])
    run.checkpoints.prune(1)
    expect(run.checkpoints.list().map(({ globalStep }) => globalStep)).toEqual([10])
    expect(existsSync(path.join(run.path, 'checkpoints/step-2'))).toBe(false)
  })
})
