import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AudioError, measureAudio, measureNames } from '../../../audio/index.ts'
import { measures } from '../../../audio/measures/list.ts'
import { noise } from '../sounds.ts'

/** Every measure passes through these; a new one is covered by standing in the list. */
describe.each(measures.map((measure) => [measure.name, measure] as const))(
  '%s',
  (name, { about, method, unknownWhen }) => {
    it('has a name for rubrics, and says what it is, how it is taken and when not', () => {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/)
      expect(about).toMatch(/^[A-Z].*\.$/)
      expect(method).toMatch(/\.$/)
      expect(unknownWhen).not.toMatch(/\.$/)
    })

    it('is a finite number, or unknown with its reason, for any sound and the same each time', async () => {
      const sound = fc.record({
        nChannels: fc.integer({ min: 1, max: 6 }),
        length: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1000, max: 9000 })),
        sampleRate: fc.constantFrom(8000, 16_000, 44_100),
        gain: fc.constantFrom(0, 1e-6, 0.5, 2),
        seed: fc.integer(),
      })
      const text = fc.option(fc.oneof(fc.lorem(), fc.string({ unit: 'grapheme' })), { nil: undefined })
      await fc.assert(
        fc.asyncProperty(
          sound,
          text,
          text,
          async ({ nChannels, length, sampleRate, gain, seed }, transcript, reference) => {
            const channels = Array.from({ length: nChannels }, (_, c) => noise(length, seed + c).map((x) => gain * x))
            const options = { names: [name], transcript, reference }
            const found = (await measureAudio({ channels, sampleRate }, options))[name]!
            if (found.value === null) expect(found.reason).toMatch(/\S/)
            else expect(Number.isFinite(found.value)).toBe(true)
            expect((await measureAudio({ channels, sampleRate }, options))[name]).toEqual(found)
          },
        ),
        { numRuns: 12 },
      )
    })
  },
)

describe('measureAudio', () => {
  const sampleRate = 16_000
  const channels = [noise(16_000, 1)]

  it('takes all by default, in the order of the list, or those that are asked for', async () => {
    expect(Object.keys(await measureAudio({ channels, sampleRate }))).toEqual(measureNames)
    expect(await measureAudio({ channels, sampleRate }, { names: ['duration'] })).toEqual({
      duration: { value: 1, unit: 's' },
    })
  })

  it('reads every channel alike, and leaves the samples as they were', async () => {
    const before = channels[0]!.slice()
    const one = await measureAudio({ channels, sampleRate }, { names: ['noise-floor'] })
    const two = await measureAudio({ channels: [channels[0]!, channels[0]!], sampleRate }, { names: ['noise-floor'] })
    expect(two['noise-floor']!.value).toBeCloseTo(one['noise-floor']!.value!, 5)
    expect(channels[0]).toEqual(before)
  })

  it.each([
    [{ channels: [], sampleRate }, {}, 'no samples'],
    [{ channels: [new Float32Array(0)], sampleRate }, {}, 'no samples'],
    [{ channels: [Float32Array.of(0, Number.NaN)], sampleRate }, {}, 'sample 1 of channel 0 is NaN'],
    [
      { channels: [Float32Array.of(0, 1), Float32Array.of(0)], sampleRate },
      {},
      'channel 1 has 1 samples, channel 0 has 2',
    ],
    [{ channels, sampleRate: 0 }, {}, 'a rate of 0 Hz'],
    [{ channels, sampleRate }, { names: ['loudnes'] }, 'measure "loudnes": there is none. Did you mean "loudness"?'],
    [{ channels, sampleRate }, { names: ['colour'] }, 'measure "colour": there is none. Known: duration, '],
  ])('refuses what is no recording or no measure: %#', async (recording, options, why) => {
    await expect(measureAudio(recording, options)).rejects.toThrow(AudioError)
    await expect(measureAudio(recording, options)).rejects.toThrow(why)
  })
})

describe('docs/measures.md', () => {
  it('has every measure as its record says (npx tsx test/audio/measures/writeDocs.ts brings it up to date)', async () => {
    const { describeMeasures } = await import('../../../audio/measures/describe.ts')
    const page = readFileSync(new URL('../../../docs/measures.md', import.meta.url), 'utf8')
    expect(page).toContain(`<!-- measures -->\n\n${describeMeasures()}\n<!-- /measures -->`)
  })
})
