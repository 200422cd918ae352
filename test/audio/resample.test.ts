import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AudioError, resample, rms } from '../../audio/index.ts'
import { noise, tone } from './sounds.ts'

/** Level in dB of one second from the middle, where the ends do not ring. */
const middleLevel = (samples: Float32Array, rate: number) => rms(samples.subarray(rate / 2, rate + rate / 2))

const levelAfter = async (hertz: number, from: number, to: number) => {
  const level = middleLevel(await resample(tone(hertz, 2, from), from, to), to)
  return level - 10 * Math.log10(0.5) // 0 dB: the tone's own level
}

describe('what is heard and what is not', () => {
  test('tones up to 6.8 kHz pass from 48 and 44.1 to 16 kHz within 0.1 dB', async () => {
    for (const from of [48_000, 44_100]) {
      for (const hertz of [50, 440, 3000, 6800])
        expect(Math.abs(await levelAfter(hertz, from, 16_000))).toBeLessThan(0.1)
    }
  })

  test('tones above the new half rate are at least 110 dB down instead of folding back', async () => {
    for (const from of [48_000, 44_100]) {
      for (const hertz of [9000, 12_000, 15_900, 20_000])
        expect(await levelAfter(hertz, from, 16_000)).toBeLessThan(-110)
    }
  })

  test('a tone keeps its phase: the resampled tone is the tone at the new rate', async () => {
    for (const [from, to] of [
      [44_100, 16_000],
      [8000, 16_000],
      [16_000, 24_000],
    ] as const) {
      const got = await resample(tone(1000, 2, from), from, to)
      const difference = tone(1000, 2, to).map((x, i) => x - got[i]!)
      expect(middleLevel(difference, to)).toBeLessThan(-75)
    }
  })
})

test('the length is exactly round(n·to/from), and the last samples are there', async () => {
  const rate = fc.constantFrom(8000, 11_025, 16_000, 44_100, 48_000)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 3000 }), rate, rate, async (length, from, to) => {
      const got = await resample(new Float32Array(length).fill(1), from, to)
      expect(got.length).toBe(Math.round((length * to) / from))
      // A constant one sinks towards a half at its end, and is not lost before.
      const last = Math.min(got.length - 1, Math.floor(((length - 1) * to) / from))
      if (length > 200) expect(got[last]).toBeGreaterThan(0.4)
    }),
    { numRuns: 60 },
  )
})

test('a clip too long to convert at once equals its parts, and keeps its end', async () => {
  const long = noise(1_100_000, 1)
  const whole = await resample(long, 44_100, 16_000)
  const start = await resample(long.subarray(0, 300_000), 44_100, 16_000)
  const end = await resample(long.subarray(-44_100), 44_100, 16_000)
  expect(whole.length).toBe(Math.round((1_100_000 * 16_000) / 44_100))
  const worst = (a: Float32Array, b: Float32Array) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0)
  // 262144 samples make the first piece, so its seam lies inside the compared start.
  expect(worst(start.subarray(0, 108_000), whole)).toBeLessThan(1e-6)
  // The end starts at a fraction of an output sample, so levels are compared, not samples.
  expect(Math.abs(rms(whole.subarray(-200)) - rms(end.subarray(-200)))).toBeLessThan(1)
})

test('equal rates give an equal copy', async () => {
  const clip = noise(100, 1)
  const copy = await resample(clip, 16_000, 16_000)
  expect(copy).toEqual(clip)
  expect(copy).not.toBe(clip)
})

test('impossible rates are refused', async () => {
  await expect(resample(noise(10, 1), 0, 16_000)).rejects.toThrow(AudioError)
  await expect(resample(noise(10, 1), 16_000, Number.NaN)).rejects.toThrow(/NaN Hz/)
  await expect(resample(noise(10, 1), 1, 16_000)).rejects.toThrow(/factor of 256/)
})
