import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/random.ts'
import { findFindings } from '../../../src/report/findings.ts'
import type { Evaluation, Run } from '../../../src/report/readRun.ts'
import { evaluation } from './evaluation.ts'

const LOW = Array.from({ length: 30 }, (_, i) => 0.1 + 0.01 * (i % 5))
const HIGH = LOW.map((score, i) => score + 0.4 + 0.01 * (i % 3))
const SHAKEN = LOW.map((score, i) => score + (i % 2 ? 0.05 : -0.05))

function findings(...evaluations: Evaluation[]) {
  const run: Run = {
    folder: '.',
    name: 'r',
    recipe: undefined,
    summary: undefined,
    metrics: [],
    evaluations,
    alarms: [],
    rewardModels: [],
    alarmsRecorded: true,
    rolloutFiles: [],
    problems: [],
  }
  return findFindings(run, seededRandom(1))
}
const control = (name: 'silenced' | 'swapped' | 'scaffolded', scores: number[], when = 'after') =>
  evaluation(when, scores, { control: name })

describe('findFindings', () => {
  it('says that a run without evaluations measured nothing', () => {
    expect(findings()).toMatchObject({ tone: 'none', verdict: expect.stringContaining('not measured') })
  })

  it('claims no change from a single evaluation', () => {
    expect(findings(evaluation('after', HIGH))).toMatchObject({ tone: 'none', change: undefined })
  })

  it('is good only when the score rose and both controls cost score', () => {
    const both = findings(
      evaluation('before', LOW),
      evaluation('after', HIGH),
      control('silenced', LOW),
      control('swapped', LOW),
    )
    expect(both.tone).toBe('good')
    expect(both.verdict).toMatch(/^Training raised the score from 12.0% to 53.0% .*and the model listens/)
    expect(findings(evaluation('before', LOW), evaluation('after', HIGH))).toMatchObject({
      tone: 'unclear',
      verdict: expect.stringContaining('but whether the model listens was not tested'),
    })
  })

  it('says so when the answers are as good without the sound', () => {
    const deaf = findings(
      evaluation('before', LOW),
      evaluation('after', HIGH),
      control('silenced', HIGH),
      control('swapped', HIGH),
    )
    expect(deaf).toMatchObject({ tone: 'unclear', verdict: expect.stringContaining('but it was not shown to listen') })
    const half = findings(
      evaluation('before', LOW),
      evaluation('after', HIGH),
      control('silenced', LOW),
      control('swapped', HIGH),
    )
    expect(half.verdict).toContain('only one of the two controls')
  })

  it('says plainly that a score fell, or that nothing can be told from chance', () => {
    expect(findings(evaluation('before', HIGH), evaluation('after', LOW))).toMatchObject({
      tone: 'bad',
      verdict: expect.stringMatching(/^Training made the score worse/),
    })
    expect(findings(evaluation('before', LOW), evaluation('after', SHAKEN))).toMatchObject({
      tone: 'unclear',
      verdict: expect.stringMatching(/^No change that this evaluation could tell from chance/),
    })
  })

  it('takes the first and last plain evaluations where none is named before or after', () => {
    const { before, after } = findings(evaluation('start', LOW), evaluation('middle', LOW), evaluation('end', HIGH))
    expect([before?.name, after?.name]).toEqual(['start', 'end'])
  })

  it('measures the scaffold lift before and after on the same samples', () => {
    const { lifts } = findings(
      evaluation('before', LOW),
      control('scaffolded', HIGH, 'before'),
      evaluation('after', HIGH),
      control('scaffolded', HIGH),
    )
    expect(lifts.map(({ when, gain }) => [when, gain.mean.toFixed(2)])).toEqual([
      ['before', '0.41'],
      ['after', '0.00'],
    ])
  })
})
