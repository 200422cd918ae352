import type { SeededRandom } from '../../src/random.ts'
import { openVoice } from '../../src/synth/speak.ts'
import { composeSingle } from '../quickstart/compose.ts'
import { type Recording, SAMPLE_RATE } from '../quickstart/recordings.ts'
import { addNoise, audible, gainTo, limit, place, samplesOf } from '../quickstart/sound.ts'

/** What is heard: a sound, somebody who speaks, or somebody who speaks over a sound. */

/** One length for all clips, so that one shape of the graphs hears them all. */
export const CLIP_SECONDS = 2.4

/** What is said, by what is meant by it. */
export const SAID = {
  /** About the sound that is heard with it, or in another clip. */
  which: ['what is this sound?', 'what do you hear?', 'which sound is this?'],
  hello: ['hello!', 'good morning!', 'hi there!'],
  thanks: ['thank you!', 'thanks a lot!', 'that is all, thanks!'],
  again: ['what was it again?', 'please say that again.', 'what did you say?'],
} as const
export type Said = keyof typeof SAID

/** Voices of eSpeak NG; those held out are heard by no training. */
export const VOICES = {
  train: ['en-us', 'en-gb', 'en-gb-scotland', 'en-029'],
  heldOut: ['en-gb-x-rp', 'en-gb-x-gbclan'],
} as const
export type Part = keyof typeof VOICES

const RATES = [165, 190, 215] // words a minute
const LEVEL = [-28, -22] as const // dBFS, of sounds and of speech
const SPEECH_OVER_SOUND = [-2, 6] as const // dB
const SPEECH_STARTS = [0.05, 0.5] as const // seconds
const SNR = [20, 40] as const // dB

const between = ([low, high]: readonly [number, number], random: SeededRandom) => low + (high - low) * random()
const pick = <T>(items: readonly T[], random: SeededRandom): T => items[random.integer(items.length)]!

export type Speech = Readonly<Record<Part, Readonly<Record<Said, readonly Float32Array[]>>>>

/** Everything that is said, by every voice at every rate, once. @throws UsageError where eSpeak NG is not installed */
export async function speakAll(): Promise<Speech> {
  const voice = await openVoice()
  const speak = async (part: Part, said: Said) => {
    const spoken: Float32Array[] = []
    for (const name of VOICES[part])
      for (const text of SAID[said]) for (const rate of RATES) spoken.push(await voice.speak(text, name, rate))
    return spoken
  }
  const ofPart = async (part: Part) => ({
    which: await speak(part, 'which'),
    hello: await speak(part, 'hello'),
    thanks: await speak(part, 'thanks'),
    again: await speak(part, 'again'),
  })
  return { train: await ofPart('train'), heldOut: await ofPart('heldOut') }
}

/** A sound alone. */
export const soundClip = (recording: Recording, noise: Float32Array, random: SeededRandom): Float32Array =>
  composeSingle(recording, CLIP_SECONDS, noise, random)

/** Somebody who speaks; with a recording, over it, louder or hardly louder than the sound. */
export function spokenClip(
  spoken: readonly Float32Array[],
  recording: Recording | null,
  noise: Float32Array,
  random: SeededRandom,
): Float32Array {
  const speech = pick(spoken, random)
  const under = recording && soundClip(recording, noise, random.child('sound'))
  const samples = under ?? new Float32Array(samplesOf(CLIP_SECONDS))
  const base = between(LEVEL, random)
  const level = under ? audible(under).level + between(SPEECH_OVER_SOUND, random) : base
  const latest = Math.min(SPEECH_STARTS[1], CLIP_SECONDS - speech.length / SAMPLE_RATE - 0.02)
  place(samples, speech, between([SPEECH_STARTS[0], latest], random), gainTo(level, audible(speech).level, speech))
  if (!under) addNoise(samples, noise, base - between(SNR, random), random)
  limit(samples)
  return samples
}
