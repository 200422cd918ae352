import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AudioError, type LogMel, specAugment } from '../../audio/index.ts'
import { noise } from './sounds.ts'

const randomFrom = (seed: number) => {
  const draws = noise(100, seed)
  let at = 0
  return () => draws[at++]! + 0.5
}
const spectrogram = (nMels: number, nFrames: number): LogMel => ({ data: noise(nMels * nFrames, 9), nMels, nFrames })

/** Which rows and columns are constant at the mean. */
function stripes(before: LogMel, after: LogMel) {
  const changed = (mel: number, t: number) =>
    after.data[mel * after.nFrames + t] !== before.data[mel * before.nFrames + t]
  const mels = Array.from({ length: before.nMels }, (_, mel) => mel)
  const frames = Array.from({ length: before.nFrames }, (_, t) => t)
  return {
    mels: mels.filter((mel) => frames.every((t) => changed(mel, t))),
    frames: frames.filter((t) => mels.every((mel) => changed(mel, t))),
    nChanged: mels.flatMap((mel) => frames.filter((t) => changed(mel, t))).length,
  }
}

describe('specAugment', () => {
  test('changes whole bands and whole frames only, to the mean, never wider than asked', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const before = spectrogram(40, 120)
        const kept = before.data.slice()
        const options = { nFrequencyMasks: 1, maxMels: 8, nTimeMasks: 1, maxFrames: 20 }
        const after = specAugment(before, options, randomFrom(seed))
        const { mels, frames, nChanged } = stripes(before, after)
        expect(before.data).toEqual(kept)
        expect(mels.length).toBeLessThanOrEqual(8)
        expect(frames.length).toBeLessThanOrEqual(20)
        expect(nChanged).toBe(mels.length * 120 + frames.length * 40 - mels.length * frames.length)
        const mean = kept.reduce((a, b) => a + b, 0) / kept.length
        if (mels[0] !== undefined) expect(after.data[mels[0] * 120]).toBeCloseTo(mean, 5)
      }),
      { numRuns: 50 },
    )
  })

  test('is the same for the same seed and differs for another', () => {
    const before = spectrogram(80, 300)
    expect(specAugment(before, {}, randomFrom(1))).toEqual(specAugment(before, {}, randomFrom(1)))
    expect(specAugment(before, {}, randomFrom(1))).not.toEqual(specAugment(before, {}, randomFrom(2)))
  })

  test('reaches the first and the last band, and its widest stripe', () => {
    const before = spectrogram(10, 4)
    const only = { nFrequencyMasks: 1, maxMels: 3, nTimeMasks: 0 }
    const draws =
      (...values: number[]) =>
      () =>
        values.shift()!
    expect(stripes(before, specAugment(before, only, draws(0.99, 0))).mels).toEqual([0, 1, 2])
    expect(stripes(before, specAugment(before, only, draws(0.99, 0.99))).mels).toEqual([7, 8, 9])
    expect(stripes(before, specAugment(before, only, draws(0, 0.5))).mels).toEqual([])
  })

  test('maxTimeShare keeps a short clip audible', () => {
    const before = spectrogram(10, 50)
    const options = { nFrequencyMasks: 0, nTimeMasks: 1, maxFrames: 100, maxTimeShare: 0.2 }
    expect(
      stripes(
        before,
        specAugment(before, options, () => 0.999),
      ).frames.length,
    ).toBe(10)
  })

  test('refuses a broken option by name', () => {
    const before = spectrogram(10, 50)
    expect(() => specAugment(before, { maxMels: -1 }, Math.random)).toThrow(AudioError)
    expect(() => specAugment(before, { maxMels: -1 }, Math.random)).toThrow(/maxMels is -1/)
    expect(() => specAugment(before, { maxTimeShare: 2 }, Math.random)).toThrow(/maxTimeShare is 2/)
  })
})
