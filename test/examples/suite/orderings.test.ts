import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../examples/bench/suite/experiment.ts'
import { figureAbove, figureAtLeast, figureAtMost, scoresAbove } from '../../../examples/bench/suite/orderings.ts'

const outcomes = (...values: readonly (number | null)[]): Outcome[] =>
  values.map((value) => ({ figures: { value, other: 0 }, scores: {} }))

describe('a figure within a bound', () => {
  it('holds where every seed keeps it, and fails where one does not', () => {
    expect(figureAtMost('', outcomes(0.1, 0.2), 'value', 0.2).holds).toBe(true)
    expect(figureAtMost('', outcomes(0.1, 0.3), 'value', 0.2).holds).toBe(false)
    expect(figureAtLeast('', outcomes(0.8, 0.9), 'value', 0.8).holds).toBe(true)
    expect(figureAtLeast('', outcomes(0.7, 0.9), 'value', 0.8).holds).toBe(false)
  })

  it('is left open where a seed has no figure, unless another has missed it', () => {
    expect(figureAtMost('', outcomes(null, 0.1), 'value', 0.2)).toEqual({
      says: '',
      holds: null,
      figures: 'none, 0.10; at most 0.20',
    })
    expect(figureAtMost('', outcomes(null, 0.3), 'value', 0.2).holds).toBe(false)
    // What is read back of a figure that was no number is null, which is less than any bound.
    const kept = JSON.parse(JSON.stringify(outcomes(Number.NEGATIVE_INFINITY))) as Outcome[]
    expect(figureAtMost('', kept, 'value', 0).holds).toBe(null)
  })
})

describe('a figure above another', () => {
  it('is told of several seeds that have both', () => {
    expect(figureAbove('', outcomes(0.4, 0.5, 0.6), 'value', 'other').holds).toBe(true)
    expect(figureAbove('', outcomes(-0.4, -0.5, -0.6), 'value', 'other').holds).toBe(false)
    expect(figureAbove('', outcomes(0.4), 'value', 'other').holds).toBe(null)
    expect(figureAbove('', outcomes(0.4, null), 'value', 'other').holds).toBe(null)
  })
})

describe('scores above others', () => {
  const scored = (low: number, high: number): Outcome[] =>
    [1, 2, 3].map(() => ({ figures: {}, scores: { low: [low, low, low], high: [high, high, high] } }))

  it('hold, fail, or cannot be told, and may fall behind by a margin', () => {
    expect(scoresAbove('', scored(0.2, 0.6), 'high', 'low').holds).toBe(true)
    expect(scoresAbove('', scored(0.6, 0.2), 'high', 'low').holds).toBe(false)
    expect(scoresAbove('', scored(0.4, 0.4), 'high', 'low').holds).toBe(null)
    expect(scoresAbove('', scored(0.41, 0.4), 'high', 'low', { margin: 0.02 }).holds).toBe(true)
  })
})
