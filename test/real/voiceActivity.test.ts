import { beforeAll, describe, expect, it } from 'vitest'
import { measureAudio, resample, rms } from '../../audio/index.ts'
import { speechProbabilities } from '../../audio/measures/analysis/silero.ts'
import { segmentsOf } from '../../audio/measures/analysis/speech.ts'
import { inARow, speak } from '../audio/measures/voice.ts'
import { noise, recording } from '../audio/sounds.ts'

// Speech that is labelled by how it was put together: voices of espeak-ng with silences between, under noise and music.

const RATE = 16_000
const SENTENCES = [
  'The train to the coast leaves at half past nine from platform two.',
  'Could you tell me where the nearest pharmacy is?',
  'I bought seven apples, a loaf of bread and some cheese yesterday.',
  'She says that the meeting was moved to Thursday afternoon.',
] as const
/** Syllables as a dictionary counts them. */
const SYLLABLES = [14, 12, 16, 14] as const
const VOICES = [
  { rate: 130, pitch: 30 },
  { rate: 160, pitch: 50 },
  { rate: 190, pitch: 75 },
] as const
const FRAME = 160 // samples, 10 ms

interface Labelled {
  readonly samples: Float32Array
  /** Whether each 10 ms belong to a sentence. */
  readonly spoken: readonly boolean[]
}

async function labelled(voice: (typeof VOICES)[number]): Promise<Labelled> {
  const parts: (Float32Array | number)[] = [0.7]
  const spoken = [...flags(0.7, false)]
  for (const [i, sentence] of SENTENCES.entries()) {
    const { samples, sampleRate } = await speak(sentence, voice)
    const clip = await resample(samples, sampleRate, RATE)
    parts.push(clip, 0.5 + 0.3 * i)
    spoken.push(...flags(clip.length / RATE, true), ...flags(0.5 + 0.3 * i, false))
  }
  return { samples: inARow(RATE, parts), spoken }
}

const flags = (seconds: number, value: boolean) => new Array<boolean>(Math.round((seconds * RATE) / FRAME)).fill(value)

/** The background, looped, so many dB below the speech. */
function under(samples: Float32Array, background: Float32Array, decibels: number): Float32Array {
  const gain = 10 ** ((rms(samples) - decibels - rms(background)) / 20)
  return samples.map((x, i) => x + gain * background[i % background.length]!)
}

async function compare({ samples, spoken }: Labelled) {
  const segments = segmentsOf(await speechProbabilities(samples), samples.length)
  let [hit, missed, wrong] = [0, 0, 0]
  for (const [i, isSpoken] of spoken.entries()) {
    const time = ((i + 0.5) * FRAME) / RATE
    const found = segments.some(({ from, to }) => time >= from && time < to)
    if (found && isSpoken) hit++
    else if (isSpoken) missed++
    else if (found) wrong++
  }
  return { recall: hit / (hit + missed), precision: hit / (hit + wrong) }
}

describe('speech that was put together', () => {
  const clips: Labelled[] = []
  let backgrounds: Record<string, Float32Array>
  beforeAll(async () => {
    for (const voice of VOICES) clips.push(await labelled(voice))
    backgrounds = {
      'white noise': noise(5 * RATE, 4),
      drums: await recording('loop_amen'),
      guitar: await recording('guit_em9'),
    }
  }, 120_000)

  it.each([
    ['white noise', 20],
    ['white noise', 10],
    ['drums', 20],
    ['drums', 10],
    ['guitar', 20],
    ['guitar', 10],
  ])('is found under %s %i dB below it, frame by frame', async (name, decibels) => {
    const found: Awaited<ReturnType<typeof compare>>[] = []
    for (const { samples, spoken } of clips) {
      found.push(await compare({ samples: under(samples, backgrounds[name]!, decibels), spoken }))
    }
    const mean = (of: 'recall' | 'precision') => found.reduce((sum, one) => sum + one[of], 0) / found.length
    console.log(
      `under ${name}, ${decibels} dB: recall ${mean('recall').toFixed(3)}, precision ${mean('precision').toFixed(3)}`,
    )
    expect(mean('recall')).toBeGreaterThan(0.9)
    expect(mean('precision')).toBeGreaterThan(0.9)
  })

  it('has as many syllables as the dictionary, within 10 percent over all', async () => {
    let [counted, wanted] = [0, 0]
    for (const voice of VOICES) {
      for (const [i, sentence] of SENTENCES.entries()) {
        const { samples, sampleRate } = await speak(sentence, voice)
        const found = await measureAudio({ channels: [samples], sampleRate }, { names: ['syllable-rate'] })
        counted += (found['syllable-rate']!.value! * samples.length) / sampleRate
        wanted += SYLLABLES[i]!
      }
    }
    console.log(`syllables: ${counted.toFixed(0)} counted, ${wanted} in the dictionary`)
    expect(Math.abs(counted / wanted - 1)).toBeLessThan(0.1)
  })
})
