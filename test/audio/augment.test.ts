import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AudioError, augment, rms, spectralCentroid, type Waveform } from '../../audio/index.ts'
import { noise, tone } from './sounds.ts'

const uniform = (seed: number) => {
  let draws = noise(50_000, seed)
  let at = 0
  return () => {
    if (at === draws.length) [draws, at] = [noise(50_000, seed + at), 0]
    return draws[at++]! + 0.5
  }
}
const clip = (samples: Float32Array): Waveform => ({ samples, sampleRate: 16_000 })
const original = clip(tone(800, 1, 16_000).map((x) => x * 0.3))

test('gain changes the level by what was drawn, within its range', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { waveform, drawn } = augment(original, { gainDb: [-12, 6] }, uniform(seed))
      expect(drawn.gainDb).toBeGreaterThanOrEqual(-12)
      expect(drawn.gainDb).toBeLessThanOrEqual(6)
      expect(rms(waveform.samples) - rms(original.samples)).toBeCloseTo(drawn.gainDb!, 3)
    }),
    { numRuns: 20 },
  )
})

test('noise lies the drawn ratio below the clip, white and without offset', () => {
  const { waveform, drawn } = augment(original, { noiseSnrDb: [5, 25] }, uniform(1))
  const added = waveform.samples.map((x, i) => x - original.samples[i]!)
  expect(Math.abs(rms(original.samples) - rms(added) - drawn.noiseSnrDb!)).toBeLessThan(0.3)
  expect(Math.abs(spectralCentroid(added, 16_000) - 4000)).toBeLessThan(150)
  const silent = augment(clip(new Float32Array(10)), { noiseSnrDb: [0, 0] }, uniform(1))
  expect(silent.waveform.samples).toEqual(new Float32Array(10))
})

test('speed shortens the clip and raises its pitch by the same factor', () => {
  const { waveform } = augment(original, { speed: [1.25, 1.25] }, uniform(1))
  expect(waveform.samples.length).toBe(12_800)
  const want = tone(1000, 0.8, 16_000).map((x) => x * 0.3)
  const difference = waveform.samples.subarray(0, -4).map((x, i) => x - want[i]!)
  expect(rms(difference)).toBeLessThan(-60)
})

test('a shift moves silence in and keeps the length', () => {
  const samples = Float32Array.of(1, 2, 3, 4)
  const shifted = (hops: number) =>
    Array.from(augment(clip(samples), { shiftSeconds: [hops / 16_000, hops / 16_000] }, uniform(1)).waveform.samples)
  expect(shifted(1)).toEqual([0, 1, 2, 3])
  expect(shifted(-3)).toEqual([4, 0, 0, 0])
  expect(shifted(0)).toEqual([1, 2, 3, 4])
})

describe('augment', () => {
  const all = { speed: [0.9, 1.1], shiftSeconds: [-0.1, 0.1], gainDb: [-6, 6], noiseSnrDb: [10, 30] } as const

  test('is the same for the same seed, and leaves the original alone', () => {
    const kept = original.samples.slice()
    expect(augment(original, all, uniform(7))).toEqual(augment(original, all, uniform(7)))
    expect(augment(original, all, uniform(7))).not.toEqual(augment(original, all, uniform(8)))
    expect(original.samples).toEqual(kept)
    const { waveform, drawn } = augment(original, {}, uniform(1))
    expect(waveform).toEqual(original)
    expect(waveform.samples).not.toBe(original.samples)
    expect(drawn).toEqual({})
  })

  test('refuses unknown options and ranges that are none', () => {
    expect(() => augment(original, { gain: [0, 1] } as object, uniform(1))).toThrow(/"gain".*gainDb/)
    expect(() => augment(original, { gainDb: [3, 1] }, uniform(1))).toThrow(AudioError)
    expect(() => augment(original, { speed: [0, 1] }, uniform(1))).toThrow(/factors above 0/)
  })
})
