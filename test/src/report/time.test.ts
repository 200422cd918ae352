import { describe, expect, it } from 'vitest'
import type { Run } from '../../../src/report/readRun.ts'
import { timeSpent } from '../../../src/report/time.ts'

const run = (part: Partial<Run>): Run => ({
  folder: '.',
  name: '',
  recipe: undefined,
  summary: undefined,
  metrics: [],
  evaluations: [],
  alarms: [],
  rewardModels: [],
  alarmsRecorded: false,
  rolloutFiles: [],
  problems: [],
  ...part,
})

describe('timeSpent', () => {
  it('accounts for the whole run, the unexplained part as "other"', () => {
    const [whole] = timeSpent(run({ summary: { seconds: 100, time_by_stage: { sft: 30, rl: 60 } } }))
    expect(whole).toEqual({
      title: 'The whole run',
      seconds: 100,
      parts: [
        { name: 'Supervised fine-tuning', seconds: 30 },
        { name: 'Reinforcement learning', seconds: 60 },
        { name: 'other', seconds: 10 },
      ],
    })
  })

  it('splits the steps of a stage into rollout, judge and update', () => {
    const step = { stage: 'rl', step_time: 10, 'time/rollout': 5, 'time/judge': 1, 'time/update': 4 }
    const spent = timeSpent(
      run({
        metrics: [
          { ...step, step: 1 },
          { ...step, step: 2 },
        ],
      }),
    )
    expect(spent.at(-1)!.parts).toEqual([
      { name: 'rollout', seconds: 10 },
      { name: 'judge', seconds: 2 },
      { name: 'update', seconds: 8 },
    ])
    expect(spent[0]).toMatchObject({ title: 'The whole run', seconds: 20 })
  })

  it('says nothing where nothing was timed', () => {
    expect(timeSpent(run({ metrics: [{ stage: 'sft', step: 1 }] }))).toEqual([])
  })
})
