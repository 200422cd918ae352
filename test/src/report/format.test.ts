import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clip, compact, duration, percent, points, signedPercent } from '../../../src/report/format.ts'

describe('figures', () => {
  it('writes a true minus, a plus where a change is meant, and no negative zero', () => {
    expect([percent(0.4123), percent(-0.05), signedPercent(0.2), signedPercent(-0.2), signedPercent(-0.0001)]).toEqual([
      '41.2',
      '−5.0',
      '+20.0',
      '−20.0',
      '0.0',
    ])
    expect([points(7), points(-5)]).toEqual(['+7', '−5'])
  })

  it('keeps small and large figures readable', () => {
    expect([0, 3, 0.1234, 12.345, 1234.56, 0.00001234, 12_345_678].map(compact)).toEqual([
      '0',
      '3',
      '0.123',
      '12.3',
      '1234.6',
      '1.23e−5',
      '1.23e+7',
    ])
  })

  it('writes durations in the two largest units', () => {
    expect([4.25, 42, 75, 3599.6, 7322].map(duration)).toEqual([
      '4.3 s',
      '42 s',
      '1 min 15 s',
      '1 h 0 min',
      '2 h 2 min',
    ])
  })
})

describe('clip', () => {
  it('never cuts a character in two, and accounts for every unit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.integer({ min: 1, max: 20 }), (text, max) => {
        const { text: shown, nLeftOut } = clip(text, max)
        expect(text.startsWith(shown)).toBe(true)
        expect(shown.length + nLeftOut).toBe(text.length)
        expect(Buffer.from(shown).toString()).toBe(shown) // a lone surrogate would not come back
      }),
    )
  })
})
