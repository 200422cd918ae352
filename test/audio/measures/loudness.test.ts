import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { highPass, shelf } from '../../../audio/measures/analysis/kWeighting.ts'
import { noise } from '../sounds.ts'
import { numberOf, sine, take } from './take.ts'
import { inARow } from './voice.ts'

const RATE = 48_000

/** Stretches of a 1 kHz sine at `[dBFS, seconds]`, in both channels. */
const stretches = (...parts: (readonly [number, number])[]) => {
  const channel = inARow(
    RATE,
    parts.map(([level, seconds]) => sine(1000, level, seconds, RATE)),
  )
  return [channel, channel]
}

describe('loudness', () => {
  it('weights by the filters that BS.1770-4 tabulates at 48 kHz', () => {
    const table = {
      shelf: [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585],
      highPass: [1, -2, 1, -1.99004745483398, 0.99007225036621],
    }
    for (const [filter, wanted] of [
      [shelf(RATE), table.shelf],
      [highPass(RATE), table.highPass],
    ] as const) {
      for (const [i, value] of [...filter.b, ...filter.a].entries()) expect(value).toBeCloseTo(wanted[i]!, 10)
    }
  })

  // EBU Tech 3341, table 1: minimum requirements test signals 1 to 6, ±0.1 LU
  it.each([
    [1, -23, stretches([-23, 20])],
    [2, -33, stretches([-33, 20])],
    [3, -23, stretches([-36, 10], [-23, 60], [-36, 10])],
    [4, -23, stretches([-72, 10], [-36, 10], [-23, 60], [-36, 10], [-72, 10])],
    [5, -23, stretches([-26, 20], [-20, 20.1], [-26, 20])],
    [6, -23, [-28, -28, -24, -30, -30].map((level) => sine(1000, level, 20, RATE))],
  ])('reads test signal %i of EBU Tech 3341 as %d LUFS', async (_, wanted, channels) => {
    expect(Math.abs((await numberOf('loudness', channels, RATE)) - wanted)).toBeLessThan(0.1)
  })

  it.each([8000, 16_000, 22_050, 44_100, 96_000])(
    'reads a full-scale 997 Hz sine as −3.01 LUFS at %i Hz',
    async (rate) => {
      expect(await numberOf('loudness', sine(997, 0, 3, rate), rate)).toBeCloseTo(-3.01, 1)
    },
  )

  it('leaves the low-frequency channel of 5.1 out', async () => {
    const quiet = sine(1000, -30, 2, RATE)
    const loud = sine(1000, -3, 2, RATE)
    const without = await numberOf('loudness', [quiet, quiet, quiet, quiet, quiet], RATE)
    expect(await numberOf('loudness', [quiet, quiet, quiet, loud, quiet, quiet], RATE)).toBeCloseTo(without, 6)
  })

  it('moves with the gain, dB for dB, whatever the sound', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.double({ min: -20, max: 20, noNaN: true }), async (seed, gain) => {
        const sound = noise(16_000, seed).map((x, i) => x * (i % 5000 > 2500 ? 0.2 : 0.05))
        const louder = sound.map((x) => x * 10 ** (gain / 20))
        const [before, after] = [await numberOf('loudness', sound, 16_000), await numberOf('loudness', louder, 16_000)]
        expect(after - before).toBeCloseTo(gain, 3)
      }),
      { numRuns: 20 },
    )
  })

  it('is unknown in silence and under 400 ms, with the reason', async () => {
    expect(await take('loudness', new Float32Array(RATE), RATE)).toEqual({
      value: null,
      unit: 'LUFS',
      reason: 'nothing is louder than -70 LUFS',
    })
    expect(await take('loudness', sine(1000, 0, 0.399, RATE), RATE)).toMatchObject({ value: null })
    expect((await take('loudness', sine(1000, 0, 0.4, RATE), RATE)).value).not.toBeNull()
  })
})
