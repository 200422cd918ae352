import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkRubric, scoreVerdicts, type Verdict } from '../../rubrics/index.ts'
import { rubric as anyRubric } from './arbitraries.ts'

const rubricOf = (...points: number[]) =>
  checkRubric({ name: 'r', criteria: points.map((p, i) => ({ id: `c${i}`, criterion: `Criterion ${i}.`, points: p })) })
const verdicts = (...met: (boolean | null)[]): Verdict[] =>
  met.map((m, i) => ({ criterionId: `c${i}`, met: m, reason: 'said so' }))

describe('papers.md §11: rubric score', () => {
  const caseStudy = rubricOf(7, 6, -8, -6, 9, 8, -3, 5, 5, 5)

  it('the case study scores 13/45 before training', () => {
    const met = [false, true, false, true, false, true, false, true, false, false]
    const { score, earned, possible } = scoreVerdicts(caseStudy, verdicts(...met))
    expect([earned, possible]).toEqual([13, 45])
    expect(score).toBeCloseTo(0.2889, 4)
  })

  it('and 45/45 after, with every positive and no negative criterion met', () => {
    const met = caseStudy.criteria.map(({ points }) => points > 0)
    expect(scoreVerdicts(caseStudy, verdicts(...met)).score).toBe(1)
  })

  it('+5 unmet and −7 met score −1.4: no clamp', () => {
    expect(scoreVerdicts(rubricOf(5, -7), verdicts(false, true)).score).toBe(-1.4)
  })
})

describe('scoreVerdicts', () => {
  it('without positive points is 0, as in RuscaRL', () => {
    expect(scoreVerdicts(rubricOf(-1, -2), verdicts(true, true))).toEqual({
      score: 0,
      earned: -3,
      possible: 0,
      nUnknown: 0,
    })
  })

  it('counts unknown and absent verdicts, each worth 0', () => {
    expect(scoreVerdicts(rubricOf(2, 2, -3), verdicts(true, null))).toEqual({
      score: 0.5,
      earned: 2,
      possible: 4,
      nUnknown: 2,
    })
  })

  it('refuses a verdict on another rubric and two on one criterion', () => {
    expect(() => scoreVerdicts(rubricOf(1), verdicts(true, true))).toThrow(
      'verdict on "c1", which is none of its criteria',
    )
    expect(() => scoreVerdicts(rubricOf(1), [...verdicts(true), ...verdicts(false)])).toThrow('two verdicts on "c0"')
  })

  it('never falls when a positive criterion turns met, nor rises when a negative one does', () => {
    fc.assert(
      fc.property(anyRubric, fc.infiniteStream(fc.boolean()), fc.nat(), (rubric, coins, pick) => {
        const base = rubric.criteria.map(({ id }) => ({ criterionId: id, met: coins.next().value, reason: '' }))
        const at = pick % base.length
        const withMet = (met: boolean) =>
          scoreVerdicts(
            rubric,
            base.map((verdict, i) => (i === at ? { ...verdict, met } : verdict)),
          ).earned
        const gain = withMet(true) - withMet(false)
        expect(gain * Math.sign(rubric.criteria[at]!.points)).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
