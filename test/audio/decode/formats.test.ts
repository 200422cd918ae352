import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { describe, expect, test, vi } from 'vitest'
import { AudioError, decodeAudio, rms } from '../../../audio/index.ts'
import { recordingPath, twoTones } from '../sounds.ts'

/** Made by test/goldens/audio_encoded.py. */
const encoded = (name: string) => new URL(`../../goldens/data/audio/${name}`, import.meta.url)

/** File, what it is, and how far below full scale the difference from the sound must lie, in dB: the codec's own loss. */
const files: [name: string, format: string, sampleRate: number, nChannels: number, differenceDb: number][] = [
  ['stereo-44100.flac', 'flac', 44_100, 2, -90],
  ['mono-24000.aiff', 'aiff', 24_000, 1, -130],
  ['stereo-44100.mp3', 'mp3', 44_100, 2, -34],
  ['mono-16000.mp3', 'mp3', 16_000, 1, -34],
  ['stereo-44100.vorbis.ogg', 'ogg vorbis', 44_100, 2, -45],
  ['stereo-48000.opus.ogg', 'ogg opus', 48_000, 2, -48],
  ['mono-8000.alaw.wav', 'wav', 8000, 1, -45],
  ['mono-8000.mulaw.wav', 'wav', 8000, 1, -45],
]

describe('every format gives the sound that was encoded, without delay and at its true length', () => {
  for (const [name, format, sampleRate, nChannels, differenceDb] of files) {
    test(name, async () => {
      const decoded = await decodeAudio(encoded(name))
      expect([decoded.format, decoded.sampleRate, decoded.channels.length]).toEqual([format, sampleRate, nChannels])
      const want = twoTones(sampleRate)
      for (const [c, channel] of decoded.channels.entries()) {
        expect(channel.length).toBe(want[c]!.length)
        expect(rms(channel.map((x, i) => x - want[c]![i]!))).toBeLessThan(differenceDb)
      }
    })
  }
})

describe('a file that lost its end is refused, wherever it was cut, without a word on the console', () => {
  for (const [name] of files) {
    test(name, async () => {
      const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
      const bytes = await readFile(encoded(name))
      for (const share of [0.05, 0.3, 0.7, 0.97]) {
        const error = await decodeAudio(bytes.subarray(0, Math.floor(bytes.length * share))).catch((e: unknown) => e)
        expect(error).toBeInstanceOf(AudioError)
        expect((error as AudioError).message).toMatch(/^audio of \d+ bytes: .*(truncated|damaged).*\.$/)
      }
      expect(printed).not.toHaveBeenCalled()
      printed.mockRestore()
    })
  }
})

test('damage inside a flac, an ogg or between mp3 frames is refused', async () => {
  for (const name of ['stereo-44100.flac', 'stereo-44100.vorbis.ogg', 'stereo-48000.opus.ogg', 'mono-16000.mp3']) {
    const bytes = await readFile(encoded(name))
    // More than an mp3 frame of 216 bytes, so that a header is among them.
    bytes.fill(0x55, Math.floor(bytes.length * 0.6), Math.floor(bytes.length * 0.6) + 230)
    await expect(decodeAudio(bytes), name).rejects.toThrow(/damaged|truncated/)
  }
})

test('after a damaged file the same decoder reads the next one whole', async () => {
  const bytes = await readFile(encoded('stereo-44100.flac'))
  const whole = await decodeAudio(bytes)
  await expect(decodeAudio(bytes.subarray(0, 30_000))).rejects.toThrow(AudioError)
  expect(await decodeAudio(bytes)).toEqual(whole)
})

test('files of all kinds decoded at once do not mix', async () => {
  const alone = []
  for (const [name] of files) alone.push(await decodeAudio(encoded(name)))
  const together = await Promise.all([...files, ...files].map(([name]) => decodeAudio(encoded(name))))
  expect(together).toEqual([...alone, ...alone])
})

test('an mp3 with tags around it is the same sound', async () => {
  const bytes = await readFile(encoded('mono-16000.mp3'))
  const tag = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x01\x00', 'latin1'), Buffer.alloc(128)])
  const end = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125)])
  expect(await decodeAudio(Buffer.concat([tag, bytes.subarray(bytes.indexOf(0xff)), end]))).toEqual(
    await decodeAudio(bytes),
  )
})

test('a recording of the sample library decodes at its own rate', async () => {
  const { channels, sampleRate, format } = await decodeAudio(recordingPath('loop_amen'))
  expect([format, sampleRate, channels.length]).toEqual(['flac', 44_100, 2])
  expect(channels[0]!.length / sampleRate).toBeCloseTo(1.753, 2)
})

// Needs the ffmpeg program, which a test machine may lack; what is said without it is tested in source.test.ts.
const ffmpeg = process.env.FFMPEG_PATH ?? 'ffmpeg'
test.skipIf(spawnSync(ffmpeg, ['-version']).status !== 0)(
  'ffmpeg reads m4a whole, and a cut one is refused',
  async () => {
    const decoded = await decodeAudio(encoded('stereo-44100.m4a'))
    expect([decoded.format, decoded.sampleRate, decoded.channels.length]).toEqual(['m4a', 44_100, 2])
    const want = twoTones(44_100)
    for (const [c, channel] of decoded.channels.entries()) {
      expect(rms(want[c]!.map((x, i) => x - (channel[i] ?? 0)))).toBeLessThan(-34)
    }
    const bytes = await readFile(encoded('stereo-44100.m4a'))
    await expect(decodeAudio(bytes.subarray(0, 4000))).rejects.toThrow(/ffmpeg finds no whole sound/)
  },
)
