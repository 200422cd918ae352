import fc from 'fast-check'
import { expect, it } from 'vitest'
import { shapedReward } from '../../../src/update/shapedReward.ts'

it('is ½, −0.2689 and 0.1192 of (0, right), (2, wrong) and (−4, right), as published', () => {
  expect(shapedReward(0, 1)).toBe(0.5)
  expect(shapedReward(2, 0)).toBeCloseTo(-0.2689, 4)
  expect(shapedReward(-4, 1)).toBeCloseTo(0.1192, 4)
})

it('puts every right answer above every wrong one, and orders answers of a kind by the reward model', () => {
  const reward = fc.double({ min: -30, max: 30, noNaN: true })
  fc.assert(
    fc.property(reward, reward, (a, b) => {
      expect(shapedReward(a, 1)).toBeGreaterThan(shapedReward(b, 0))
      if (a > b) expect(shapedReward(a, 1)).toBeGreaterThanOrEqual(shapedReward(b, 1))
    }),
  )
})
