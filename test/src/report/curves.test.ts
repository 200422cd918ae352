import { expect, it, describe as suite } from 'vitest'
import { describe, stageCurves } from '../../../src/report/curves.ts'

const titles = (stage: ReturnType<typeof stageCurves>[number]) => stage.panels.map(({ title }) => title)

suite('stageCurves', () => {
  it('gives each stage its own curves and names the usual ones that were not logged', () => {
    const [sft, rl] = stageCurves(
      [
        { stage: 'sft', step: 1, loss: 2 },
        { stage: 'rl', step: 1, reward: 0.1, kl: 0 },
      ],
      [],
    )
    expect(titles(sft!)).toEqual(['Loss'])
    expect(sft!.missing).toEqual(['Gradient norm'])
    expect(titles(rl!)).toEqual(['Reward', 'KL'])
    expect(rl!.missing).toContain('Entropy')
  })

  it('lets the later record of a step stand after a resume', () => {
    const [stage] = stageCurves(
      [1, 2, 3, 2, 3, 4].map((step, i) => ({ stage: 'sft', step, global_step: step, loss: i })),
      [],
    )
    expect(stage!.panels[0]).toMatchObject({ steps: [1, 2, 3, 4], series: [{ values: [0, 3, 4, 5] }] })
  })

  it('tells a second stage of the same kind from a resume', () => {
    const stages = stageCurves(
      [1, 2, 1, 2].map((step, i) => ({ stage: 'sft', step, global_step: i + 1, loss: i })),
      [],
    )
    expect(stages.map(({ label }) => label)).toEqual(['Supervised fine-tuning', 'Supervised fine-tuning (2)'])
  })

  it('knows the numbered stages of a run by their kind', () => {
    const stages = stageCurves(
      [
        { stage: 'sft-1', step: 1, global_step: 1, loss: 2 },
        { stage: 'sft-2', step: 1, global_step: 2, loss: 1 },
        { stage: 'rl', step: 1, global_step: 3 },
      ],
      [{ step: 3, plain: 0.2, scaffolded: 0.6 }],
    )
    expect(stages.map(({ label, panels }) => [label, panels[0]!.title])).toEqual([
      ['Supervised fine-tuning', 'Loss'],
      ['Supervised fine-tuning (2)', 'Loss'],
      ['Reinforcement learning', 'Reward with and without scaffold'],
    ])
  })

  it('leaves a gap where a figure is missing or was not finite', () => {
    const [stage] = stageCurves(
      [
        { stage: 'sft', step: 1, loss: 1 },
        { stage: 'sft', step: 2, loss: null },
        { stage: 'sft', step: 3, loss: 3 },
      ],
      [],
    )
    expect(stage!.panels[0]!.series[0]!.values).toEqual([1, null, 3])
  })

  it('takes the reward with and without scaffold from the rollouts, unless the run logged it', () => {
    const rewards = [{ step: 1, plain: 0.2, scaffolded: 0.6 }]
    const values = (record: object) =>
      stageCurves([{ stage: 'rl', step: 1, ...record }], rewards)[0]!.panels[0]!.series.map(({ values }) => values[0])
    expect(values({})).toEqual([0.2, 0.6])
    expect(values({ 'reward/plain': 0.3 })).toEqual([0.3, 0.6])
  })

  it('averages long curves to a screen’s worth without moving their mean', () => {
    const n = 6000
    const [stage] = stageCurves(
      Array.from({ length: n }, (_, i) => ({ stage: 'sft', step: i + 1, loss: i })),
      [],
    )
    const { values } = stage!.panels[0]!.series[0]!
    expect(values.length).toBe(600)
    expect(values.reduce<number>((a, b) => a + (b ?? 0), 0) / values.length).toBeCloseTo((n - 1) / 2, 6)
    expect(stage!.nSteps).toBe(n)
  })

  it('collects the pass rate of every criterion group into one chart', () => {
    const [stage] = stageCurves([{ stage: 'rl', step: 1, 'rubric/b/pass': 0.1, 'rubric/a/pass': 0.2 }], [])
    expect(stage!.panels[0]).toMatchObject({ title: 'Criteria met', series: [{ label: 'a' }, { label: 'b' }] })
  })
})

suite('describe', () => {
  it('says in words where a curve starts, ends, and turns', () => {
    const [stage] = stageCurves(
      [3, 1, 2].map((loss, i) => ({ stage: 'sft', step: i + 1, loss })),
      [],
    )
    expect(describe(stage!.panels[0]!)).toBe(
      'loss from 3 (step 1) to 2 (step 3), lowest 1 at step 2, highest 3 at step 1.',
    )
  })
})
