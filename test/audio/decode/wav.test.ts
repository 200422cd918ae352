import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AudioError, decodeAudio, encodeWav, loadAudio } from '../../../audio/index.ts'
import { noise, tone } from '../sounds.ts'
import { sampleBytes, type WavShape, wavFile, writers } from './wavFile.ts'

const layouts = [
  { name: '8-bit integers', tag: 1, bits: 8, write: writers.int8, tolerance: 0.012 },
  { name: '16-bit integers', tag: 1, bits: 16, write: writers.int16, tolerance: 5e-5 },
  { name: '24-bit integers', tag: 1, bits: 24, write: writers.int24, tolerance: 3e-7 },
  { name: '32-bit integers', tag: 1, bits: 32, write: writers.int32, tolerance: 1e-7 },
  { name: '32-bit floats', tag: 3, bits: 32, write: writers.float32, tolerance: 0 },
  { name: '64-bit floats', tag: 3, bits: 64, write: writers.float64, tolerance: 0 },
]

const worst = (a: Float32Array, b: Float32Array) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0)

describe('samples come back as they were written', () => {
  for (const { name, tag, bits, write, tolerance } of layouts) {
    test(`${name}: mono, stereo, 8 channels; plain, extensible, with other chunks`, async () => {
      for (const nChannels of [1, 2, 8]) {
        for (const shape of [{}, { extensible: true }, { extraChunk: true }]) {
          const channels = Array.from({ length: nChannels }, (_, c) => noise(50, c + 1))
          const file = wavFile(sampleBytes(channels, bits / 8, write), { tag, bits, nChannels, ...shape })
          const decoded = await decodeAudio(file)
          expect(decoded).toMatchObject({ sampleRate: 16_000, format: 'wav' })
          expect(decoded.channels.length).toBe(nChannels)
          for (const [c, channel] of decoded.channels.entries()) {
            expect(channel.length).toBe(50)
            expect(worst(channel, channels[c]!)).toBeLessThanOrEqual(tolerance)
          }
        }
      }
    })
  }

  test('a stream, whose size was not known when its header was written, runs to the end of the file', async () => {
    const data = sampleBytes([noise(20, 1)], 2, writers.int16)
    for (const declaredSize of [0xffffffff, 0]) {
      const { channels } = await decodeAudio(wavFile(data, { tag: 1, bits: 16, declaredSize }))
      expect(channels[0]!.length).toBe(20)
    }
  })

  test('16 bits survive decoding and encoding bit for bit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -32768, max: 32767 }), { minLength: 1, maxLength: 50 }),
        async (values) => {
          const file = encodeWav(
            Float32Array.from(values, (x) => x / 32768),
            16_000,
          )
          const { channels, sampleRate } = await decodeAudio(file)
          expect(encodeWav(channels[0]!, sampleRate)).toEqual(file)
          expect(Array.from(channels[0]!, (x) => x * 32768)).toEqual(values)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('loud samples are clipped by encodeWav, and what is no number is refused', async () => {
    const { channels } = await decodeAudio(encodeWav(Float32Array.of(2, -2), 16_000))
    expect(Array.from(channels[0]!)).toEqual([32767 / 32768, -1])
    expect(() => encodeWav(Float32Array.of(Number.NaN), 16_000)).toThrow(/sample 0 is NaN/)
    expect(() => encodeWav(Float32Array.of(0), 0.5)).toThrow(/0.5 Hz/)
  })
})

describe('loadAudio', () => {
  test('takes the mean of 8 channels at 192 kHz down to 16 kHz', async () => {
    const loud = tone(500, 0.25, 192_000)
    const channels = [loud, loud, ...Array.from({ length: 6 }, () => new Float32Array(loud.length))]
    const data = sampleBytes(channels, 4, writers.float32)
    const { samples, sampleRate } = await loadAudio(
      wavFile(data, { tag: 3, bits: 32, nChannels: 8, sampleRate: 192_000 }),
    )
    expect([samples.length, sampleRate]).toEqual([4000, 16_000])
    const want = tone(500, 0.25, 16_000).map((x) => x / 4)
    expect(worst(samples.subarray(500, 3500), want.subarray(500, 3500))).toBeLessThan(1e-3)
  })

  test('gives the asked rate', async () => {
    const { samples, sampleRate } = await loadAudio(encodeWav(noise(1600, 1), 16_000), { sampleRate: 24_000 })
    expect([samples.length, sampleRate]).toEqual([2400, 24_000])
  })
})

describe('what is wrong with a file is said in one line', () => {
  const data = sampleBytes([noise(20, 1)], 2, writers.int16)
  const good: WavShape = { tag: 1, bits: 16 }
  const cases: [name: string, file: Uint8Array, message: RegExp][] = [
    ['samples missing', wavFile(data, good).subarray(0, 60), /truncated wav file: 16 of 40 bytes of samples/],
    ['no data chunk', wavFile(data, good).subarray(0, 36), /without a "data" chunk/],
    ['cut inside the header', wavFile(data, good).subarray(0, 14), /without a "fmt " chunk/],
    ['no samples', wavFile(new Uint8Array(0), good), /without samples/],
    ['an odd codec', wavFile(data, { ...good, tag: 0x55 }), /codec 0x55, expected integer PCM, float/],
    ['a float of 16 bits', wavFile(data, { tag: 3, bits: 16 }), /float of 16 bits, expected 32, 64/],
    ['no channels', wavFile(data, { ...good, nChannels: 0 }), /0 channels/],
    ['no rate', wavFile(data, { ...good, sampleRate: 0 }), /sample rate of 0 Hz/],
    [
      'NaN',
      wavFile(sampleBytes([Float32Array.of(0, Number.NaN)], 4, writers.float32), { tag: 3, bits: 32 }),
      /sample 1 of channel 0 is NaN/,
    ],
    [
      'infinity',
      wavFile(sampleBytes([Float32Array.of(0), Float32Array.of(-Infinity)], 8, writers.float64), {
        tag: 3,
        bits: 64,
        nChannels: 2,
      }),
      /sample 0 of channel 1 is -Infinity/,
    ],
  ]
  for (const [name, file, message] of cases) {
    test(name, async () => {
      const error = await decodeAudio(file).catch((e: unknown) => e)
      expect(error).toBeInstanceOf(AudioError)
      expect((error as AudioError).message).toMatch(message)
      expect((error as AudioError).message).toMatch(/^audio of \d+ bytes: .*\.$/)
    })
  }

  test('whatever bytes a header holds, the answer is samples or an AudioError', async () => {
    const file = wavFile(data, good)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 12, max: 43 }), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
        const broken = file.slice()
        broken[at] = byte
        const result = await decodeAudio(broken).catch((e: unknown) => e)
        if (!(result instanceof AudioError))
          expect((result as { channels: Float32Array[] }).channels[0]).toBeInstanceOf(Float32Array)
      }),
      { numRuns: 200 },
    )
  })
})
