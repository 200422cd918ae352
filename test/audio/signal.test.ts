import fc from 'fast-check'
import { expect, test } from 'vitest'
import { peak, rms, spectralCentroid, waveformPeaks } from '../../audio/index.ts'
import { noise, tone } from './sounds.ts'

test('a full-scale sine is −3.01 dB, a square wave 0 dB, silence −Infinity', () => {
  expect(rms(tone(1000, 1, 16_000))).toBeCloseTo(-3.01, 2)
  expect(rms(Float32Array.of(1, -1, 1, -1))).toBe(0)
  expect(rms(new Float32Array(10))).toBe(-Infinity)
  expect(rms(new Float32Array(0))).toBe(-Infinity)
})

test('the centroid of a tone is its frequency, that of white noise a quarter of the rate', () => {
  for (const hertz of [250, 1000, 4000]) {
    expect(Math.abs(spectralCentroid(tone(hertz, 1, 16_000), 16_000) - hertz)).toBeLessThan(30)
  }
  expect(Math.abs(spectralCentroid(noise(32_000, 1), 16_000) - 4000)).toBeLessThan(60)
})

test('the centroid does not depend on loudness or on silence around the sound', () => {
  const sound = noise(8192, 4).map((x, i) => x + Math.sin(i * 0.2))
  const quiet = sound.map((x) => x / 64)
  const padded = new Float32Array(8192 + 2 * 51_200)
  padded.set(sound, 51_200)
  const plain = spectralCentroid(sound, 16_000)
  expect(spectralCentroid(quiet, 16_000)).toBeCloseTo(plain, 3)
  expect(Math.abs(spectralCentroid(padded, 16_000) - plain)).toBeLessThan(plain * 0.05)
  expect(spectralCentroid(new Float32Array(5000), 16_000)).toBe(0)
  expect(spectralCentroid(new Float32Array(0), 16_000)).toBe(0)
})

test('the largest peak of a drawn waveform is the peak of the clip, whatever the number of bins', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2000 }),
      fc.integer({ min: 1, max: 300 }),
      fc.integer(),
      (length, nBins, seed) => {
        const clip = noise(length, seed)
        const peaks = waveformPeaks(clip, nBins)
        expect(peaks.length).toBe(nBins)
        expect(Math.max(...peaks)).toBe(peak(clip))
        expect(Math.min(...peaks)).toBeGreaterThanOrEqual(0)
      },
    ),
  )
  expect(waveformPeaks(new Float32Array(0), 3)).toEqual(new Float32Array(3))
})
