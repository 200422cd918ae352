import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aggregateByTag, aggregateScores, checkRubric, scoreByTag } from '../../rubrics/index.ts'
import { seeded } from './seeded.ts'

describe('papers.md §11: HealthBench aggregate', () => {
  it('scores −1 and 0.5 have mean −0.25 and are reported as 0', () => {
    const { score, mean, n } = aggregateScores([-1, 0.5], seeded(1))
    expect({ score, mean, n }).toEqual({ score: 0, mean: -0.25, n: 2 })
  })
})

describe('aggregateScores', () => {
  it('has an interval around the score and inside [0, 1], for any scores', () => {
    const score = fc.double({ min: -2, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.array(score, { minLength: 1, maxLength: 30 }), fc.nat(), (scores, seed) => {
        const { interval, standardError } = aggregateScores(scores, seeded(seed), { nDraws: 50 })
        expect(interval[0]).toBeGreaterThanOrEqual(0)
        expect(interval[1]).toBeGreaterThanOrEqual(interval[0])
        expect(interval[1]).toBeLessThanOrEqual(1)
        expect(standardError).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('has the standard error of a mean: √(p(1−p)/n) for scores of 0 and 1', () => {
    const scores = Array.from({ length: 400 }, (_, i) => (i < 100 ? 1 : 0))
    const { score, interval, standardError } = aggregateScores(scores, seeded(7))
    const expected = Math.sqrt((0.25 * 0.75) / 400) // 0.0217
    expect(score).toBe(0.25)
    expect(Math.abs(standardError / expected - 1)).toBeLessThan(0.1)
    expect(interval[0]).toBeCloseTo(0.25 - 1.96 * expected, 1.8)
    expect(interval[1]).toBeCloseTo(0.25 + 1.96 * expected, 1.8)
  })

  it('covers the true mean in about 95 of 100 samples', () => {
    const random = seeded(3)
    let covered = 0
    for (let trial = 0; trial < 200; trial++) {
      const scores = Array.from({ length: 50 }, () => random())
      const [low, high] = aggregateScores(scores, random, { nDraws: 200 }).interval
      if (low <= 0.5 && 0.5 <= high) covered++
    }
    expect(covered / 200).toBeGreaterThan(0.88)
    expect(covered / 200).toBeLessThan(1)
  })

  it('is the same for the same seed', () => {
    expect(aggregateScores([0, 0.3, 1], seeded(5))).toEqual(aggregateScores([0, 0.3, 1], seeded(5)))
  })

  it('refuses no scores and scores that are no numbers', () => {
    expect(() => aggregateScores([], seeded(1))).toThrow('aggregateScores: no scores')
    expect(() => aggregateScores([0, Number.NaN], seeded(1))).toThrow('scores[1] is NaN')
  })
})

describe('tags', () => {
  const rubric = checkRubric({
    name: 'r',
    criteria: [
      { id: 'a', criterion: 'A.', points: 3, tags: ['axis:accuracy', 'level:example'] },
      { id: 'b', criterion: 'B.', points: 1, tags: ['axis:accuracy'] },
      { id: 'c', criterion: 'C.', points: -4, tags: ['axis:safety'] },
      { id: 'd', criterion: 'D.', points: -2, tags: ['axis:accuracy'] },
    ],
  })
  const verdicts = (met: string) =>
    ['a', 'b', 'c', 'd'].map((id) => ({ criterionId: id, met: met.includes(id), reason: '' }))

  it('score their own criteria only, and one without positive points is left out', () => {
    expect(scoreByTag(rubric, verdicts('acd'))).toEqual(
      new Map([
        ['axis:accuracy', 0.25],
        ['level:example', 1],
      ]),
    )
  })

  it('aggregate over the answers that have them', () => {
    const plain = checkRubric({ name: 'p', criteria: [{ id: 'a', criterion: 'A.', points: 1 }] })
    const judged = [
      { rubric, verdicts: verdicts('ab') },
      { rubric, verdicts: verdicts('d') },
      { rubric: plain, verdicts: [] },
    ]
    const tags = aggregateByTag(judged, seeded(1))
    expect([...tags.keys()]).toEqual(['axis:accuracy', 'level:example'])
    expect(tags.get('axis:accuracy')).toMatchObject({ mean: 0.25, n: 2 })
  })
})
