import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupAdvantages, moments } from '../../../src/update/advantages.ts'
import { expectClose } from '../../models/closeTo.ts'
import { policyGolden } from './losses/policyGolden.ts'
import { valueGolden } from './losses/valueGolden.ts'

/** Those that compare with the own group, and with a deviation of the batch at most. */
const RELATIVE = ['grpo', 'dr-grpo', 'rloo', 'grpo-batch'] as const

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

  it.each(RELATIVE)('by %s are those of verl (of TRL, by the batch)', (algorithm) => {
    expectClose(groupAdvantages(policyGolden.rewards, 4, algorithm), policyGolden.advantages[algorithm], 1e-6)
  })

  it.each(RELATIVE)('by %s of a group of one are 0', (algorithm) => {
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

describe('advantages over the whole step', () => {
  it.each(['reinforce++', 'reinforce++-baseline'] as const)(
    'by %s are those of verl, every token alike',
    (algorithm) => {
      const { scores, lengths } = valueGolden
      expectClose(groupAdvantages(scores, 2, algorithm, lengths), valueGolden[algorithm], 1e-6)
    },
  )

  it('by reinforce++ of rewards 1, 0, 0, 0 of one token each are 1.5 and −½ (variance 1/4)', () => {
    expectClose(groupAdvantages([1, 0, 0, 0], 2, 'reinforce++'), [1.5, -0.5, -0.5, -0.5], 1e-6)
    // With a baseline: ½, −½, 0, 0 of variance 1/6.
    const root6 = Math.sqrt(6)
    expectClose(groupAdvantages([1, 0, 0, 0], 2, 'reinforce++-baseline'), [root6 / 2, -root6 / 2, 0, 0], 1e-5)
  })

  it('of equal rewards are 0', () => {
    expect([...groupAdvantages([0.3, 0.3], 1, 'reinforce++')]).toEqual([0, 0])
    expect([...groupAdvantages([0.3, 0.3, 1, 1], 2, 'reinforce++-baseline')]).toEqual([0, 0, 0, 0])
  })
})
