import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { segmentsOf } from '../../../src/transcribe/segments.ts'

const FIRST = 100
const at = (seconds: number) => FIRST + Math.round(seconds / 0.02)
const layout = { firstTimestamp: FIRST, offset: 30, length: 30 }

describe('the segments of a window', () => {
  it('end where two timestamps meet; the last, closed by one, ends the window', () => {
    const ids = [at(0), 1, 2, at(3), at(3), 4, at(9.5)]
    expect(segmentsOf(ids, layout)).toEqual({
      segments: [
        { start: 30, end: 33, ids: [1, 2] },
        { start: 33, end: 39.5, ids: [4] },
      ],
      advance: 30,
    })
  })

  it('leave what the window’s end cut off to the next window, which begins where the last whole one ends', () => {
    const ids = [at(1), 1, at(20), at(21), 2, 3]
    expect(segmentsOf(ids, layout)).toEqual({ segments: [{ start: 31, end: 50, ids: [1] }], advance: 20 })
  })

  it('are one where no two timestamps meet', () => {
    expect(segmentsOf([at(0.5), 1, at(4)], layout)).toEqual({
      segments: [{ start: 30.5, end: 34, ids: [1] }],
      advance: 30,
    })
    expect(segmentsOf([1, 2], layout)).toEqual({ segments: [{ start: 30, end: 60, ids: [1, 2] }], advance: 30 })
    expect(segmentsOf([], layout)).toEqual({ segments: [{ start: 30, end: 60, ids: [] }], advance: 30 })
  })

  it('never stand still, run on past the window, or hold a timestamp, whatever a model writes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(FIRST + 1500), { maxLength: 30 }), fc.integer({ min: 1, max: 30 }), (ids, length) => {
        const { segments, advance } = segmentsOf(ids, { ...layout, length })
        expect(advance).toBeGreaterThan(0)
        expect(advance).toBeLessThanOrEqual(length)
        for (const segment of segments) expect(segment.ids.every((id) => id < FIRST)).toBe(true)
      }),
    )
  })
})
