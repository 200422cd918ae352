import { rms, spectralCentroid } from '../../audio/index.ts'
import { gaussian, type Random } from '../../src/random.ts'
import { FAMILIES } from './families.ts'

/** One recording, as it stands in the package, at 16 kHz mono. */
export interface Recording {
  readonly file: string
  /** Index into FAMILIES. */
  readonly family: number
  readonly samples: Float32Array
}

/** What is known of one sound in a scene. */
export interface Part {
  readonly file: string
  readonly family: number
  /** Separate hits heard; null where counting makes no sense. */
  readonly hits: number | null
  readonly startSeconds: number
  readonly seconds: number
  /** dBFS over the part. */
  readonly level: number
  /** Spectral centroid in Hz. */
  readonly centroid: number
}

/** Sounds in the order in which they begin, and which of them stands out clearly, if one does. */
export interface SceneFacts {
  readonly parts: readonly Part[]
  readonly mixed: boolean
  readonly loudest: number | null
  readonly longest: number | null
  readonly brightest: number | null
}

export const SAMPLE_RATE = 16_000 // Hz

/** One difference must be this clear before a scene claims it: 6 dB, 1.6 times as long, 1.6 times the centroid. */
const CLEAR = { level: 6, seconds: 1.6, centroid: 1.6 }

/** A single sound of up to `maxSeconds`, with its own gain, pitch and noise. */
export function composeSingle(recording: Recording, maxSeconds: number, random: Random) {
  const sound = excerpt(recording, 0.3 + (maxSeconds - 0.3) * random(), random)
  const samples = new Float32Array(Math.round(maxSeconds * SAMPLE_RATE))
  place(samples, sound, Math.floor(0.05 * random() * SAMPLE_RATE), leveled(-20 + 5 * gaussian(random), sound))
  addNoise(samples, random)
  return samples
}

/** One to three recordings of different families, in sequence or (two of them) mixed. */
export function composeScene(recordings: readonly Recording[], maxSeconds: number, random: Random) {
  const draw = random()
  const count = draw < 0.35 ? 1 : draw < 0.75 ? 2 : 3
  const chosen: Recording[] = []
  while (chosen.length < count) {
    const candidate = recordings[Math.floor(random() * recordings.length)]!
    if (!chosen.some(({ family }) => family === candidate.family)) chosen.push(candidate)
  }
  const mixed = count === 2 && random() < 0.2
  const samples = new Float32Array(Math.round(maxSeconds * SAMPLE_RATE))
  const longestEach = Math.min(1.2, (maxSeconds - 0.15 * count) / (mixed ? 1 : count))
  // About half of the scenes hold one sound that is clearly louder than the rest.
  const favourite = random() < 0.5 ? Math.floor(random() * count) : -1
  const parts: Part[] = []
  let at = 0.02 + 0.1 * random()
  for (const [i, recording] of chosen.entries()) {
    const { sound, hits } = performed(recording, longestEach, random)
    const target = i === favourite ? -14 + 2 * random() : -24 + 3 * random()
    const gain = leveled(target, sound)
    place(samples, sound, Math.round(at * SAMPLE_RATE), gain)
    parts.push({
      file: recording.file,
      family: recording.family,
      hits,
      startSeconds: at,
      seconds: sound.length / SAMPLE_RATE,
      level: rms(sound) + 20 * Math.log10(gain),
      centroid: spectralCentroid(sound, SAMPLE_RATE),
    })
    at += mixed ? 0.12 + 0.2 * random() : sound.length / SAMPLE_RATE + 0.05 + 0.1 * random()
  }
  addNoise(samples, random)
  return { samples, facts: factsOf(parts, mixed) }
}

function factsOf(parts: readonly Part[], mixed: boolean): SceneFacts {
  const standsOut = (values: number[], clear: (first: number, second: number) => boolean) => {
    if (values.length < 2) return null
    const order = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]!)
    return clear(values[order[0]!]!, values[order[1]!]!) ? order[0]! : null
  }
  return {
    parts,
    mixed,
    loudest: standsOut(
      parts.map(({ level }) => level),
      (a, b) => a - b >= CLEAR.level,
    ),
    longest: standsOut(
      parts.map(({ seconds }) => seconds),
      (a, b) => a / b >= CLEAR.seconds,
    ),
    // Two sounds at once have no brightness of their own to compare.
    brightest: mixed
      ? null
      : standsOut(
          parts.map(({ centroid }) => centroid),
          (a, b) => a / b >= CLEAR.centroid,
        ),
  }
}

/** The recording as it is played in a scene: once, or one hit repeated two to four times at even distances. */
function performed(
  recording: Recording,
  maxSeconds: number,
  random: Random,
): { sound: Float32Array; hits: number | null } {
  const { isHit } = FAMILIES[recording.family]!
  if (!isHit)
    return { sound: excerpt(recording, Math.max(0.3, maxSeconds * (0.45 + 0.55 * random())), random), hits: null }
  const hits = random() < 0.5 ? 1 : 2 + Math.floor(3 * random())
  if (hits === 1)
    return { sound: excerpt(recording, Math.max(0.25, maxSeconds * (0.3 + 0.7 * random())), random), hits }
  const spacing = Math.min(0.3, maxSeconds / hits) * (0.85 + 0.15 * random())
  const hit = excerpt(recording, spacing * 0.9, random)
  const sound = new Float32Array(Math.round(((hits - 1) * spacing + hit.length / SAMPLE_RATE) * SAMPLE_RATE))
  for (let i = 0; i < hits; i++) place(sound, hit, Math.round(i * spacing * SAMPLE_RATE), 1)
  return { sound, hits }
}

/** A stretch from the onset on, at another speed (±15 %, pitch goes along), faded at its end. */
function excerpt({ samples }: Recording, seconds: number, random: Random): Float32Array {
  const speed = Math.exp((2 * random() - 1) * 0.15)
  const onset = onsetOf(samples)
  const length = Math.max(
    1,
    Math.min(Math.round(seconds * SAMPLE_RATE), Math.floor((samples.length - onset - 1) / speed)),
  )
  const sound = new Float32Array(length)
  const fade = Math.min(length, 0.02 * SAMPLE_RATE)
  for (let i = 0; i < length; i++) {
    const position = onset + i * speed
    const before = Math.floor(position)
    const share = position - before
    const value = (1 - share) * samples[before]! + share * (samples[before + 1] ?? 0)
    sound[i] = value * Math.min(1, (length - i) / fade)
  }
  return sound
}

/** First sample that reaches 5 % of the peak. */
function onsetOf(samples: Float32Array): number {
  let peak = 0
  for (const value of samples) peak = Math.max(peak, Math.abs(value))
  const at = samples.findIndex((value) => Math.abs(value) >= 0.05 * peak)
  return Math.max(0, at - 80)
}

/** Gain that brings a sound to a level in dBFS, without clipping it. */
function leveled(target: number, sound: Float32Array): number {
  let peak = 1e-9
  for (const value of sound) peak = Math.max(peak, Math.abs(value))
  return Math.min(10 ** ((target - Math.max(-80, rms(sound))) / 20), 0.95 / peak)
}

function place(into: Float32Array, sound: Float32Array, at: number, gain: number): void {
  for (let i = 0; i < sound.length && at + i < into.length; i++) into[at + i]! += gain * sound[i]!
}

/** White noise 20 to 40 dB under a level of −20 dBFS. */
function addNoise(samples: Float32Array, random: Random): void {
  const deviation = 10 ** ((-40 - 20 * random()) / 20)
  // Sum of three uniforms: near enough to a bell curve, and cheap.
  for (let i = 0; i < samples.length; i++) samples[i]! += 2 * deviation * (random() + random() + random() - 1.5)
}
