import { describe, expect, it } from 'vitest'
import { alarmWatch } from '../../src/alarms.ts'

const run = (stage: string, series: readonly Readonly<Record<string, number>>[]) => {
  const watch = alarmWatch()
  return series.flatMap((values, i) =>
    watch
      .check({ stage, step: i + 1, global_step: i + 11, seconds: i, ...values })
      .map(({ alarm, step }) => `${alarm}@${step}`),
  )
}
const times = (n: number, values: Readonly<Record<string, number>>) => Array.from({ length: n }, () => values)

describe('alarmWatch', () => {
  it('is silent over a healthy run', () => {
    const healthy = {
      loss: 0.01,
      grad_norm: 0.4,
      reward: 0.5,
      frac_reward_zero_std: 0.1,
      kl: 0.02,
      'completions/mean_length': 30,
      'completions/clipped_ratio': 0.05,
      'completions/empty_ratio': 0,
      sampler_trainer_kl: 1e-5,
    }
    expect(run('rl', times(50, healthy))).toEqual([])
  })

  it.each([
    ['no-signal', { frac_reward_zero_std: 0.8 }],
    ['cut-answers', { 'completions/clipped_ratio': 0.9 }],
    ['empty-answers', { 'completions/empty_ratio': 0.4 }],
    ['kl-drift', { kl: 0.9 }],
    ['not-learning', { grad_norm: 0 }],
    ['sampler-differs', { sampler_trainer_kl: -0.2 }],
  ])('tells of %s once, when it has lasted five steps', (alarm, values) => {
    expect(run('rl', times(20, values))).toEqual([`${alarm}@5`])
  })

  it('tells of numbers that are not finite at once', () => {
    expect(run('sft', [{ loss: 1 }, { loss: Number.NaN }, { loss: Number.NaN }])).toEqual(['not-finite@2'])
    expect(run('sft', [{ loss: 1, grad_norm: Number.POSITIVE_INFINITY }])).toEqual(['not-finite@1'])
  })

  it('tells again of what had stopped', () => {
    const [bad, good] = [{ kl: 1 }, { kl: 0 }]
    expect(run('rl', [...times(6, bad), ...times(6, good), ...times(6, bad)])).toEqual(['kl-drift@5', 'kl-drift@15'])
  })

  it.each([
    [70, 'length-drift@10'],
    [10, 'length-drift@10'],
  ])('tells of answers that go from 30 tokens to %d', (length, expected) => {
    const series = [...times(6, { 'completions/mean_length': 30 }), ...times(6, { 'completions/mean_length': length })]
    expect(run('rl', series)).toEqual([expected])
  })

  it('tells of a reward that rises while the held-out score falls, and of no other course', () => {
    const course = (reward: number, heldOut: number) =>
      run('rl', [
        ...times(6, { reward: 0.4, 'reward/held_out': 0.5 }),
        ...times(6, { reward, 'reward/held_out': heldOut }),
      ])
    expect(course(0.7, 0.3)).toEqual(['reward-hacking@8'])
    expect(course(0.7, 0.6)).toEqual([])
    expect(course(0.3, 0.3)).toEqual([])
    expect(run('rl', [...times(6, { reward: 0.1 }), ...times(6, { reward: 0.9 })])).toEqual([])
  })

  it('begins anew with a stage', () => {
    const watch = alarmWatch()
    const at = (stage: string, step: number) =>
      watch.check({ stage, step, global_step: step, seconds: 0, grad_norm: 0 })
    const told = ['a', 'b'].flatMap((stage) => [1, 2, 3, 4].flatMap((step) => at(stage, step)))
    expect(told).toEqual([])
    expect(at('b', 5)).toMatchObject([{ alarm: 'not-learning', stage: 'b', step: 5 }])
  })
})
