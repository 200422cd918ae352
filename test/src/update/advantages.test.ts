import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ALGORITHMS, groupAdvantages, moments } from '../../../src/update/advantages.ts'
import { expectClose } from '../../models/closeTo.ts'
import { policyGolden } from './losses/policyGolden.ts'

describe('group advantages', () => {
  it('of rewards .9, .7, .5, .3 are ±1.1619 and ±.3873: the deviation has n − 1 below', () => {
    expectClose(groupAdvantages([0.9, 0.7, 0.5, 0.3], 4), [1.1619, 0.3873, -0.3873, -1.1619], 5e-5)
  })

  it('of equal rewards are 0, not NaN', () => {
    expect(Array.from(groupAdvantages([0.4, 0.4, 0.4, 1, 1, 1], 3))).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('of a group of one are 0', () => {
    expect(Array.from(groupAdvantages([0.2, 0.9], 1))).toEqual([0, 0])
  })

  it.each(ALGORITHMS)('by %s are those of verl (of TRL, by the batch)', (algorithm) => {
    expectClose(groupAdvantages(policyGolden.rewards, 4, algorithm), policyGolden.advantages[algorithm], 1e-6)
  })

  it.each(ALGORITHMS)('by %s of a group of one are 0', (algorithm) => {
    expect(Array.from(groupAdvantages([0.2, 0.9], 1, algorithm))).toEqual([0, 0])
  })

  it('by rloo compare with the mean of the others', () => {
    expectClose(groupAdvantages([1, 0, 0.5], 3, 'rloo'), [1 - 0.25, 0 - 0.75, 0.5 - 0.5], 1e-7)
  })

  it('look at the own group alone', () => {
    const together = groupAdvantages([0, 1, 5, 7], 2)
    expect(Array.from(together)).toEqual([...groupAdvantages([0, 1], 2), ...groupAdvantages([5, 7], 2)])
  })

  it('sum to 0, keep the order, and change neither with a shift nor with a positive factor', () => {
    const rewards = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 2, maxLength: 12 })
    fc.assert(
      fc.property(
        rewards,
        fc.integer({ min: -50, max: 50 }),
        fc.integer({ min: 1, max: 9 }),
        (values, shift, factor) => {
          const own = groupAdvantages(values, values.length)
          expect(Math.abs(own.reduce((total, a) => total + a, 0))).toBeLessThan(1e-4)
          for (const [i, a] of own.entries()) {
            for (const [j, b] of own.entries()) if (values[i]! > values[j]!) expect(a).toBeGreaterThan(b)
          }
          const moved = values.map((value) => factor * value + shift)
          expectClose(groupAdvantages(moved, values.length), own, 1e-4)
        },
      ),
    )
  })

  it('refuse rewards that do not divide into groups', () => {
    expect(() => groupAdvantages([1, 2, 3], 2)).toThrow('groupAdvantages: 3 rewards do not divide into groups of 2.')
  })

  it('rest on the sample deviation', () => {
    expect(moments([1, 3])).toEqual({ mean: 2, deviation: Math.SQRT2 })
    expect(moments([])).toEqual({ mean: 0, deviation: 0 })
  })
})
