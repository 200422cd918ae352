import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { autocorrelator } from '../../../../audio/measures/analysis/autocorrelation.ts'
import { strongestPath } from '../../../../audio/measures/analysis/pitchPath.ts'
import { trackPitch } from '../../../../audio/measures/analysis/pitchTrack.ts'
import { noise } from '../../sounds.ts'

const RATE = 16_000

/** Harmonics `first` to the last below 4 kHz, falling like 1/k, of a pitch that may move. */
function voice(pitchAt: (seconds: number) => number, seconds: number, first = 1): Float32Array {
  const samples = new Float32Array(seconds * RATE)
  let phase = 0
  for (let i = 0; i < samples.length; i++) {
    const hertz = pitchAt(i / RATE)
    phase += hertz / RATE
    for (let k = first; k * hertz < 4000; k++) samples[i]! += (0.3 / k) * Math.sin(2 * Math.PI * k * phase)
  }
  return samples
}

const pitches = (samples: Float32Array) => trackPitch(samples, RATE).map(({ hertz }) => hertz)

describe('trackPitch', () => {
  it('finds a steady pitch from 80 to 580 Hz within 0.2 % in every frame', () => {
    fc.assert(
      fc.property(fc.double({ min: 80, max: 580, noNaN: true }), fc.boolean(), (hertz, bare) => {
        const found = pitches(voice(() => hertz, 0.3, bare ? 2 : 1)) // bare: the fundamental is missing
        expect(found.length).toBe(27)
        for (const pitch of found) expect(Math.abs(pitch! / hertz - 1)).toBeLessThan(0.002)
      }),
      { numRuns: 25 },
    )
  })

  it('follows a glide of an octave', () => {
    const at = (t: number) => 110 * 2 ** t
    for (const { time, hertz } of trackPitch(voice(at, 1), RATE))
      expect(Math.abs(hertz! / at(time) - 1)).toBeLessThan(0.01)
  })

  it('does not depend on the gain or on an offset', () => {
    const clip = voice((t) => 200 + 30 * Math.sin(20 * t), 0.5)
    const other = pitches(clip.map((x) => 0.01 * x + 0.2))
    for (const [i, pitch] of pitches(clip).entries()) expect(other[i]! / pitch!).toBeCloseTo(1, 3)
  })

  it('hears the pitch through noise 10 dB below it', () => {
    const clip = voice(() => 140, 0.5)
    const level = Math.sqrt(clip.reduce((sum, x) => sum + x * x, 0) / clip.length)
    const hiss = noise(clip.length, 3)
    const found = pitches(clip.map((x, i) => x + hiss[i]! * level * Math.sqrt(12 / 10)))
    expect(found.filter((pitch) => pitch !== null && Math.abs(pitch / 140 - 1) < 0.02).length).toBeGreaterThan(
      0.95 * found.length,
    )
  })

  it('hears none in noise, in silence, and in what is too quiet beside the rest', () => {
    expect(pitches(noise(RATE, 1)).filter((pitch) => pitch !== null).length).toBeLessThan(5)
    expect(pitches(new Float32Array(RATE)).every((pitch) => pitch === null)).toBe(true)
    const clip = voice(() => 150, 1).map((x, i) => (i < RATE / 2 ? x : x * 0.001))
    expect(
      pitches(clip)
        .slice(55)
        .every((pitch) => pitch === null),
    ).toBe(true)
  })

  it('gives no frame for less than 40 ms', () => {
    expect(
      trackPitch(
        voice(() => 150, 0.039),
        RATE,
      ),
    ).toEqual([])
    expect(
      trackPitch(
        voice(() => 150, 0.041),
        RATE,
      ),
    ).toHaveLength(1)
  })
})

describe('strongestPath', () => {
  it('is the best of all paths', () => {
    const candidate = fc.record({
      hertz: fc.option(fc.double({ min: 75, max: 600, noNaN: true })),
      strength: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    const frames = fc.array(fc.array(candidate, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 })
    const cost = (a: number | null, b: number | null) =>
      a === null || b === null ? (a === b ? 0 : 0.14) : 0.35 * Math.abs(Math.log2(a / b))
    fc.assert(
      fc.property(frames, (list) => {
        const all = list.reduce<{ hertz: (number | null)[]; sum: number }[]>(
          (paths, frame) =>
            paths.flatMap(({ hertz, sum }) =>
              frame.map((next) => ({
                hertz: [...hertz, next.hertz],
                sum: sum + next.strength - (hertz.length > 0 ? cost(hertz.at(-1)!, next.hertz) : 0),
              })),
            ),
          [{ hertz: [], sum: 0 }],
        )
        const best = Math.max(...all.map(({ sum }) => sum))
        const found = JSON.stringify(strongestPath(list, 0.01))
        const sums = all.filter(({ hertz }) => JSON.stringify(hertz) === found).map(({ sum }) => sum)
        expect(Math.max(...sums)).toBeCloseTo(best, 9)
      }),
    )
  })
})

describe('autocorrelator', () => {
  it('is the windowed sum over lags, divided by that of the window', () => {
    const length = 60
    const clip = noise(100, 5)
    const { values } = autocorrelator(length, 20)(clip, 10, 0.1)
    const window = Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / length))
    const sum = (of: (i: number) => number, lag: number) =>
      Array.from({ length: length - lag }, (_, i) => of(i) * of(i + lag)).reduce((total, x) => total + x, 0)
    const framed = (i: number) => (clip[10 + i]! - 0.1) * window[i]!
    for (let lag = 0; lag <= 20; lag++) {
      const wanted = sum(framed, lag) / sum(framed, 0) / (sum((i) => window[i]!, lag) / sum((i) => window[i]!, 0))
      expect(values[lag]).toBeCloseTo(wanted, 9)
    }
  })

  it('agrees with itself at whole lags and interpolates a sine between them', () => {
    const clip = Float32Array.from({ length: 700 }, (_, i) => Math.sin((2 * Math.PI * i) / 40))
    const { values, at } = autocorrelator(640, 215)(clip, 0, 0)
    expect(at(40)).toBe(values[40])
    expect(at(40.5)).toBeCloseTo(Math.cos((2 * Math.PI * 0.5) / 40), 2)
  })
})
