import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { storedTypes, writtenTypes } from '../../../models/checkpoint/dtypes.ts'

const types = ['F16', 'BF16'] as const

/** What numbers become when they are written and read again. */
function through(type: (typeof types)[number], values: Float32Array): Float32Array {
  const bytes = new Uint8Array(writtenTypes[type](values))
  const target = new Float32Array(values.length)
  storedTypes[type].decode(bytes, target)
  return target
}

/** Every number of a 16-bit type, with the two infinities and without NaN. */
const all = Object.fromEntries(
  types.map((type) => {
    const bytes = new Uint8Array(Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits).buffer)
    const target = new Float32Array(2 ** 16)
    storedTypes[type].decode(bytes, target)
    return [type, target.filter((value) => !Number.isNaN(value))]
  }),
) as Record<(typeof types)[number], Float32Array>

describe.each(types)('numbers written as %s', (type) => {
  it('that the type has are kept, signed zeros and infinities included', () => {
    const kept = through(type, all[type])
    expect(kept.findIndex((value, i) => !Object.is(value, all[type][i]))).toBe(-1)
  })

  it('become the nearest that the type has, the even one of two as near', () => {
    const positive = [...all[type]].filter((value) => value > 0 && Number.isFinite(value)).sort((a, b) => a - b)
    const between = fc.tuple(fc.nat(positive.length - 2), fc.double({ min: 0, max: 1, noNaN: true }))
    fc.assert(
      fc.property(between, fc.boolean(), ([i, share], negative) => {
        const [low, high] = [positive[i]!, positive[i + 1]!]
        const value = Math.fround(low + share * (high - low))
        const [found] = through(type, Float32Array.of(negative ? -value : value))
        const [down, up] = [value - low, high - value]
        const nearest = down < up || (down === up && i % 2 === 1) ? low : high // positive[1] is the second, an even one
        expect(found).toBe(negative ? -nearest : nearest)
      }),
      { numRuns: 2000 },
    )
    const middles = Float32Array.from(positive.slice(0, -1), (low, i) => (low + positive[i + 1]!) / 2)
    const exact = [...middles.entries()].filter(([i, middle]) => middle - positive[i]! === positive[i + 1]! - middle)
    expect(exact.length).toBeGreaterThan(20_000)
    for (const [i, middle] of exact) {
      expect(through(type, Float32Array.of(middle))[0]).toBe(i % 2 === 1 ? positive[i] : positive[i + 1])
    }
  })

  it('are NaN where they were, and infinite beyond the largest', () => {
    expect([...through(type, Float32Array.of(Number.NaN, 3.4e38, -3.4e38))]).toEqual([Number.NaN, Infinity, -Infinity])
  })
})
