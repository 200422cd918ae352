import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/random.ts'
import { chooseExamples, pickSpread, sample } from '../../../src/report/choose.ts'
import { pairAnswers } from '../../../src/report/pairs.ts'
import { evaluation } from './evaluation.ts'

describe('pickSpread', () => {
  it('gives n different items in order, with the first and the last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 200 }), fc.integer({ min: 2, max: 20 }), (length, n) => {
        const picked = pickSpread(
          Array.from({ length }, (_, i) => i),
          n,
        )
        expect(picked).toHaveLength(Math.min(n, length))
        expect(picked).toEqual([...new Set(picked)].sort((a, b) => a - b))
        expect([picked[0], picked.at(-1)]).toEqual([0, length - 1])
      }),
    )
  })
})

describe('sample', () => {
  it('draws without replacement, in order, each item about equally often', () => {
    const random = seededRandom(3)
    const counts = Array.from({ length: 10 }, () => 0)
    for (let draw = 0; draw < 2000; draw++) {
      const drawn = sample([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3, random)
      expect(drawn).toEqual([...new Set(drawn)].sort())
      for (const item of drawn) counts[item]!++
    }
    for (const n of counts) expect(Math.abs(n - 600)).toBeLessThan(5 * Math.sqrt(600 * 0.7)) // five deviations
  })
})

describe('chooseExamples', () => {
  const before = Array.from({ length: 40 }, () => 0.5)
  const after = before.map((score, i) => score + (i - 20) / 100)
  const pairs = pairAnswers(evaluation('before', before), evaluation('after', after))

  it('shows the ends of the change on both sides and says which they are', () => {
    const chosen = chooseExamples(pairs, 10, seededRandom(1))
    const ids = (why: string) => chosen.filter(({ chosen }) => chosen === why).map(({ sampleId }) => sampleId)
    expect(ids('improved most')).toEqual(['s39', 's38'])
    expect(ids('worsened most')).toEqual(['s0', 's1'])
    expect(ids('drawn at random')).toHaveLength(6)
    expect(new Set(chosen.map(({ sampleId }) => sampleId)).size).toBe(10)
  })

  it('invents no improvement where nothing changed', () => {
    const same = pairAnswers(evaluation('before', before), evaluation('after', before))
    expect(chooseExamples(same, 10, seededRandom(1)).every(({ chosen }) => chosen === 'drawn at random')).toBe(true)
  })

  it('gives the same examples for the same seed', () => {
    expect(chooseExamples(pairs, 10, seededRandom(5))).toEqual(chooseExamples(pairs, 10, seededRandom(5)))
  })
})
