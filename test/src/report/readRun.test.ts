import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/random.ts'
import { ReportError, readRun } from '../../../src/report/readRun.ts'
import { readRollouts } from '../../../src/report/rollouts.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rubato-report-'))
})
afterEach(() => rm(folder, { recursive: true }))
const write = (name: string, ...records: unknown[]) =>
  writeFile(path.join(folder, name), records.map((r) => (typeof r === 'string' ? r : JSON.stringify(r))).join('\n'))

describe('readRun', () => {
  it('refuses what is not a run folder', async () => {
    await expect(readRun(path.join(folder, 'nowhere'))).rejects.toThrow(ReportError)
    await expect(readRun(folder)).rejects.toThrow('holds none of recipe.yaml, metrics.jsonl')
  })

  it('reads what there is and leaves the rest empty', async () => {
    await write('recipe.yaml', 'name: x')
    expect(await readRun(folder)).toMatchObject({
      name: path.basename(folder),
      recipe: 'name: x',
      metrics: [],
      evaluations: [],
      alarmsRecorded: false,
      problems: [],
    })
  })

  it('counts lines that do not parse or do not fit, and says where the first is', async () => {
    await write(
      'metrics.jsonl',
      { stage: 'sft', step: 1 },
      '{"stage":"sft","st',
      { stage: 'sft', step: 'two' },
      { stage: 'sft', step: 3 },
    )
    const run = await readRun(folder)
    expect(run.metrics.map(({ step }) => step)).toEqual([1, 3])
    expect(run.problems).toEqual(['metrics.jsonl: 2 lines were unreadable and left out (line 2: not JSON).'])
  })

  it('names answers that an evaluation promises and the folder lacks, and reads none outside the folder', async () => {
    const base = { name: 'after', control: 'none', score: 0.5, n_samples: 1, criteria: [] }
    await write(
      'evaluations.jsonl',
      { ...base, answers_file: 'answers/gone.jsonl' },
      { ...base, answers_file: '../../secret.jsonl' },
    )
    const run = await readRun(folder)
    expect(run.evaluations).toHaveLength(2)
    expect(run.problems).toEqual([
      'answers/gone.jsonl: named by evaluation "after" but missing or empty.',
      'evaluations.jsonl: answers file ../../secret.jsonl lies outside the run folder and was not read.',
    ])
  })
})

describe('readRollouts', () => {
  const rollout = (sample_id: string, group_index: number, reward: number, shown: string[] = []) => ({
    sample_id,
    group_index,
    completion: 'x',
    reward,
    scaffold: { ratio: 0, shown, text: '' },
  })
  const options = { nSteps: 2, groupsPerStep: 1 }

  it('averages plain and scaffolded rewards over every step, and keeps groups of the chosen ones', async () => {
    await mkdir(path.join(folder, 'rollouts'))
    for (const step of [1, 2, 10]) {
      await write(
        `rollouts/step-${String(step).padStart(6, '0')}.jsonl`,
        rollout('a', 1, 0.1 * step),
        rollout('a', 0, 1, ['c']),
      )
    }
    const found = await readRollouts(await readRun(folder), options, seededRandom(1))
    expect(found.rewards.map(({ step, plain, scaffolded }) => [step, plain, scaffolded])).toEqual([
      [1, 0.1, 1],
      [2, 0.2, 1],
      [10, 1, 1],
    ])
    expect(found.groups.map(({ step }) => step)).toEqual([1, 10])
    expect(found.groups[0]!.rollouts.map(({ group_index }) => group_index)).toEqual([0, 1])
    expect(found).toMatchObject({ nSteps: 3, nGroups: 3, nRollouts: 6 })
  })

  it('labels the groups of two stages by their steps within them', async () => {
    await mkdir(path.join(folder, 'rollouts'))
    for (const step of [3, 7]) await write(`rollouts/step-00000${step}.jsonl`, rollout('a', 0, 1))
    await write('metrics.jsonl', { stage: 'rl-1', step: 3, global_step: 3 }, { stage: 'rl-2', step: 2, global_step: 7 })
    const labels = async () =>
      (await readRollouts(await readRun(folder), options, seededRandom(1))).groups.map(({ label }) => label)
    expect(await labels()).toEqual(['rl-1 3', 'rl-2 2'])
    await write('metrics.jsonl', { stage: 'rl', step: 1, global_step: 3 }, { stage: 'rl', step: 5, global_step: 7 })
    expect(await labels()).toEqual(['1', '5'])
  })

  it('tells two groups of the same prompt in one step apart', async () => {
    await mkdir(path.join(folder, 'rollouts'))
    await write('rollouts/step-000001.jsonl', ...[0, 1, 0, 1].map((i) => rollout('a', i, 0)))
    expect(
      (await readRollouts(await readRun(folder), { nSteps: 1, groupsPerStep: 9 }, seededRandom(1))).groups,
    ).toHaveLength(2)
  })
})
