import { describe, expect, it } from 'vitest'
import { analysisSection } from '../../../src/report/page/analysis.ts'
import type { Evaluation, Run } from '../../../src/report/readRun.ts'
import { evaluationRecord } from '../../../src/report/records.ts'

const curve = (scores: number[]) =>
  scores.map((score, i) => ({ n: 2 ** i, score, interval: [score - 0.05, score + 0.05] }))
const evaluation = (name: string, analysis: object | null, control = 'none') =>
  ({ ...evaluationRecord.parse({ name, control, score: 0.5, n_samples: 4, analysis }), answers: [] }) as Evaluation
const before = {
  n_answers: 4,
  best_of: curve([0.3, 0.4, 0.5]),
  entropy: 1.25,
  diversity: 0.6,
  novelty: null,
}
const after = {
  ...before,
  best_of: curve([0.5, 0.6, 0.65]),
  novelty: { mean: 5424.62, median: 2.19, above_2: 321, above_10: 11, above_100: 7, n: 500 },
}
const run = (evaluations: Evaluation[], metrics: object[] = []) => ({ evaluations, metrics }) as unknown as Run
const text = (section: ReturnType<typeof analysisSection>) => (section === false ? '' : section.html)

describe('what the report says beside the score', () => {
  it('is nothing when nothing was measured', () => {
    expect(analysisSection(run([evaluation('before', null)]))).toBe(false)
    expect(analysisSection(run([evaluation('before', before, 'silenced')]))).toBe(false)
  })

  it('draws best of N of every evaluation, once as lines and once as a table', () => {
    const html = text(analysisSection(run([evaluation('before', before), evaluation('after', after)])))
    expect(html.match(/<polyline/g)).toHaveLength(2)
    expect(html).toContain('60.0 (55.0 to 65.0)')
    const points = [...html.matchAll(/<polyline points="([^"]+)"/g)].map(([, list]) =>
      list!.split(' ').map((point) => point.split(',').map(Number)),
    )
    for (const [i, [x, y]] of points[1]!.entries()) {
      expect(x).toBe(points[0]![i]![0])
      expect(y).toBeLessThan(points[0]![i]![1]!) // the better curve lies higher
    }
    const steps = points[0]!.map(([x]) => x!)
    expect(steps[2]! - steps[1]!).toBeCloseTo(steps[1]! - steps[0]!, 0) // equal steps for doublings
  })

  it('tells entropy, diversity and the median ratio, and what was not measured', () => {
    const html = text(analysisSection(run([evaluation('before', before), evaluation('after', after)])))
    expect(html).toContain('median 2.19; above 2, 10, 100: 321, 11, 7 of 500')
    expect(html).toContain('not measured')
    expect(html).toContain('1.250')
  })

  it('escapes names of a run', () => {
    const html = text(analysisSection(run([evaluation('<img src=x>', before)])))
    expect(html).not.toContain('<img')
  })

  it('warns when the reward and the held-out score part', () => {
    const metrics = (slope: number) =>
      Array.from({ length: 30 }, (_, i) => ({
        stage: 'rl',
        step: i + 1,
        reward: 0.2 + i / 50,
        'reward/held_out': 0.6 + (slope * i) / 50,
      }))
    expect(text(analysisSection(run([], metrics(-1))))).toContain('The reward rose while the held-out score fell')
    expect(text(analysisSection(run([], metrics(0))))).toContain('hardly followed')
    expect(text(analysisSection(run([], metrics(1))))).toContain('The two scores do not part')
    expect(analysisSection(run([], metrics(1).slice(0, 4)))).toBe(false)
  })

  it('leaves out an analysis of another form', () => {
    expect(evaluation('before', { n_answers: 'four' }).analysis).toBeNull()
  })
})
