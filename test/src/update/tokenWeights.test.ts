import { describe, expect, it } from 'vitest'
import { tokenWeights } from '../../../src/update/tokenWeights.ts'

describe('token weights', () => {
  it('count every token alike, or every answer alike', () => {
    expect(tokenWeights([3, 1], 'token-mean')).toEqual([0.25, 0.25])
    expect(tokenWeights([3, 1], 'sequence-mean')).toEqual([1 / 6, 1 / 2])
  })

  it('by sequence-sum are 1/n, by constant that by the longest answer allowed', () => {
    expect(tokenWeights([3, 0, 1], 'sequence-sum', 8)).toEqual([0.5, 0, 0.5])
    expect(tokenWeights([3, 0, 1], 'constant', 8)).toEqual([1 / 16, 0, 1 / 16])
  })

  it.each(['token-mean', 'sequence-mean'] as const)(
    'by %s sum to 1 over all tokens; an empty answer weighs nothing',
    (kind) => {
      const lengths = [4, 0, 7, 1]
      const weights = tokenWeights(lengths, kind)
      expect(weights[1]).toBe(0)
      expect(weights.reduce((total, w, i) => total + w * lengths[i]!, 0)).toBeCloseTo(1, 12)
    },
  )

  it('of no tokens at all are 0, not NaN', () => {
    expect(tokenWeights([0, 0], 'token-mean')).toEqual([0, 0])
    expect(tokenWeights([], 'sequence-mean')).toEqual([])
  })
})
