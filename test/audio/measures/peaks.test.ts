import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noise } from '../sounds.ts'
import { numberOf, sine, take } from './take.ts'

const RATE = 48_000

/** A sine at `divisor`th of the rate that the samples miss at its top. */
const missed = (divisor: number, degrees: number) =>
  sine(RATE / divisor, -6, 0.5, RATE, (degrees * Math.PI) / 180).map((x, i, all) => {
    const [fromStart, toEnd] = [i, all.length - i].map((n) => Math.min(1, n / 480))
    return x * fromStart! * toEnd! // faded, as the EBU's files are: an edge rings
  })

describe('true-peak', () => {
  // EBU Tech 3341, table 1: test signals 15 to 18, +0.2/−0.4 dB
  it.each([
    [15, 4, 0],
    [16, 4, 45],
    [17, 6, 60],
    [18, 8, 67.5],
  ])('reads test signal %i of EBU Tech 3341 (a %ith of the rate, %d°) as −6 dBTP', async (_, divisor, degrees) => {
    const level = await numberOf('true-peak', missed(divisor, degrees), RATE)
    expect(level).toBeGreaterThan(-6.4)
    expect(level).toBeLessThan(-5.8)
  })

  it('sees what the samples miss', async () => {
    expect(await numberOf('peak', missed(4, 45), RATE)).toBeCloseTo(-9.01, 1)
    expect(
      (await numberOf('true-peak', missed(4, 45), RATE)) - (await numberOf('peak', missed(4, 45), RATE)),
    ).toBeGreaterThan(2.5)
  })

  it('is never below the peak of the samples', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 300 }), async (seed, length) => {
        const sound = noise(length, seed)
        expect(await numberOf('true-peak', sound, RATE)).toBeGreaterThanOrEqual(await numberOf('peak', sound, RATE))
      }),
      { numRuns: 30 },
    )
  })
})

describe('peak', () => {
  it('is the level of the largest sample of any channel', async () => {
    const [a, b] = [Float32Array.of(0.1, -0.5), Float32Array.of(0, 0.25)]
    expect(await numberOf('peak', [a, b], RATE)).toBeCloseTo(-6.0206, 4)
  })

  it('is unknown where every sample is 0', async () => {
    for (const name of ['peak', 'true-peak']) {
      expect(await take(name, new Float32Array(9), RATE)).toMatchObject({ value: null, reason: 'every sample is 0' })
    }
  })
})

describe('clipping', () => {
  it('is the share of the samples that were cut off', async () => {
    const cut = sine(440, 6, 1, 16_000).map((x) => Math.max(-1, Math.min(1, x)))
    // |sin| ≥ 1/1.995 for 66.6 % of a period
    expect(await numberOf('clipping', cut, 16_000)).toBeCloseTo(0.666, 2)
    expect(await numberOf('clipping', [cut, new Float32Array(cut.length)], 16_000)).toBeCloseTo(0.333, 2)
  })

  it('takes 16-bit full scale for full scale', async () => {
    expect(await numberOf('clipping', Float32Array.of(0, 32767 / 32768, 32767 / 32768, 32767 / 32768), 8000)).toBe(0.75)
  })

  it('is 0 for an honest full-scale tone, and for two samples at the top', async () => {
    expect(await numberOf('clipping', sine(440, 0, 1, 16_000), 16_000)).toBe(0)
    expect(await numberOf('clipping', Float32Array.of(0, 1, 1, 0, -1, -1), 8000)).toBe(0)
  })
})
