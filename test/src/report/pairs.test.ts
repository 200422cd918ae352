import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/random.ts'
import { difference, pairAnswers } from '../../../src/report/pairs.ts'
import { evaluation } from './evaluation.ts'

describe('pairAnswers', () => {
  it('matches by sample and keeps samples that one side lacks', () => {
    const pairs = pairAnswers(evaluation('before', [0.1, 0.2]), evaluation('after', [0.3, 0.4, 0.5]))
    expect(pairs.map(({ before, after }) => [before?.score, after?.score])).toEqual([
      [0.1, 0.3],
      [0.2, 0.4],
      [undefined, 0.5],
    ])
  })
})

describe('difference', () => {
  it('has the mean of the paired changes inside its interval, and the sign of its direction', () => {
    const scores = fc.array(
      fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })),
      {
        minLength: 2,
        maxLength: 30,
      },
    )
    fc.assert(
      fc.property(scores, fc.integer(), (pairs, seed) => {
        const first = evaluation(
          'a',
          pairs.map(([a]) => a),
        )
        const second = evaluation(
          'b',
          pairs.map(([, b]) => b),
        )
        const { mean, interval, direction } = difference(first, second, seededRandom(seed))
        expect(mean).toBeCloseTo(second.score - first.score, 10)
        if (direction === 'higher') expect(interval![0]).toBeGreaterThan(0)
        if (direction === 'lower') expect(interval![1]).toBeLessThan(0)
        if (direction === 'unclear') expect(interval![0] <= 0 && interval![1] >= 0).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  it('agrees with the normal interval of a mean on many samples', () => {
    const random = seededRandom('scores')
    const changes = Array.from({ length: 400 }, () => random() - 0.4) // mean 0.1, deviation 1/√12
    const { mean, interval } = difference(
      evaluation(
        'a',
        changes.map(() => 0),
      ),
      evaluation('b', changes),
      seededRandom(1),
    )
    const half = (1.96 * Math.sqrt(1 / 12)) / Math.sqrt(400)
    expect(interval![0]).toBeCloseTo(mean - half, 2)
    expect(interval![1]).toBeCloseTo(mean + half, 2)
  })

  it('finds a small change that is the same for every sample, which separate intervals would hide', () => {
    const before = Array.from({ length: 20 }, (_, i) => i / 20)
    const after = before.map((score) => score + 0.05)
    expect(difference(evaluation('a', before), evaluation('b', after), seededRandom(1)).direction).toBe('higher')
  })

  it('without answers, compares the two intervals and gives none of its own', () => {
    const bare = (score: number, interval: [number, number]) => evaluation('x', [], { score, interval })
    const random = seededRandom(1)
    expect(difference(bare(0.2, [0.1, 0.3]), bare(0.6, [0.5, 0.7]), random)).toMatchObject({
      direction: 'higher',
      interval: undefined,
    })
    expect(difference(bare(0.2, [0.1, 0.3]), bare(0.3, [0.25, 0.4]), random).direction).toBe('unclear')
  })
})
