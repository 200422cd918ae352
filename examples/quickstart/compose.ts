import { spectralCentroid } from '../../audio/index.ts'
import { type Random, type SeededRandom, sampleWithoutReplacement } from '../../src/random.ts'
import { FAMILIES, isCountable } from './families.ts'
import { type Recording, SAMPLE_RATE } from './recordings.ts'
import { addNoise, audible, excerpt, gainTo, limit, place, repeated, samplesOf } from './sound.ts'

/** One sound of a scene as it is heard there, measured after levelling and before noise. */
export interface Part {
  readonly file: string
  /** Index into `FAMILIES`. */
  readonly family: number
  /** Separate hits; null where there is nothing to count. */
  readonly hits: number | null
  readonly startSeconds: number
  /** How long it is audible. */
  readonly seconds: number
  /** dBFS while it is audible, and of its loudest 100 ms. */
  readonly level: number
  readonly peakLevel: number
}

export const QUALITIES = ['loudest', 'longest', 'brightest'] as const
export type Quality = (typeof QUALITIES)[number]

/** What a rubric is made from: which sounds, how often each hits, and which stands out. */
export interface Claimable extends Readonly<Record<Quality, number | null>> {
  readonly parts: readonly Pick<Part, 'family' | 'hits'>[]
  readonly overlap: boolean
}

/** Sounds in the order in which they begin, and the index of the one that clearly stands out, if one does. */
export interface SceneFacts extends Readonly<Record<Quality, number | null>> {
  readonly parts: readonly Part[]
  /** Two sounds at once. */
  readonly overlap: boolean
}

/** How much the first must exceed the second before a scene claims it. */
const CLEAR = {
  level: 6 /* dB */,
  peakLevel: 3 /* dB */,
  seconds: 1.6 /* times */,
  moreSeconds: 0.2,
  centroid: 1.6 /* times */,
}

/** Chances and ranges of a scene; uniform between the two numbers of a pair. */
const SCENE = {
  counts: [0.45, 0.4, 0.15], // one, two, three sounds
  overlapOfTwo: 0.15,
  favourite: 0.5, // of scenes with several sounds hold one that is made louder
  shortest: { hit: 0.25, other: 0.5 }, // seconds; less of a loop is no loop
  secondsEach: [1.6, 1.4, 0.9], // at most, by the number of sounds
  speed: 0.15, // ±
  spacing: [0.18, 0.36], // seconds between hits
  gap: [0.05, 0.2], // seconds of silence between sounds
  level: [-28, -22], // dBFS
  jitter: [-2, 2], // dB around it
  lift: [8.5, 12], // dB that the favourite is above it
  snr: [20, 40], // dB
} as const

const between = ([low, high]: readonly [number, number], random: Random) => low + (high - low) * random()
const speedOf = (random: Random) => 1 + SCENE.speed * (2 * random() - 1)

/** A clip of one sound, of varying length, gain and pitch, with noise; `seconds` long. */
export function composeSingle(recording: Recording, seconds: number, noise: Float32Array, random: Random) {
  const samples = new Float32Array(samplesOf(seconds))
  const sound = excerpt(recording, between([0.3, seconds], random), speedOf(random))
  const level = between(SCENE.level, random)
  place(samples, sound, 0.05 * random(), gainTo(level, audible(sound).level, sound))
  addNoise(samples, noise, level - between(SCENE.snr, random), random)
  limit(samples)
  return samples
}

/** A clip of one to three sounds of different families, in sequence or (sometimes two) at once; `seconds` long. */
export function composeScene(
  recordings: readonly Recording[],
  seconds: number,
  noise: Float32Array,
  random: SeededRandom,
): { samples: Float32Array; facts: SceneFacts } {
  const chosen = choose(recordings, random)
  const overlap = chosen.length === 2 && random() < SCENE.overlapOfTwo
  const favourite = chosen.length > 1 && random() < SCENE.favourite ? random.integer(chosen.length) : -1
  const room = (seconds - 0.1 - SCENE.gap[1] * chosen.length) / (overlap ? 1 : chosen.length)
  const longest = Math.min(SCENE.secondsEach[chosen.length - 1]!, room)
  const base = between(SCENE.level, random)

  const samples = new Float32Array(samplesOf(seconds))
  const parts: Part[] = []
  const sounds: Float32Array[] = []
  let at = between([0.02, 0.1], random)
  for (const [i, recording] of chosen.entries()) {
    const { sound, hits } = perform(recording, longest, random)
    const target = base + between(i === favourite ? SCENE.lift : SCENE.jitter, random)
    const heard = audible(sound)
    const gain = gainTo(target, heard.level, sound)
    const inDb = 20 * Math.log10(gain)
    place(samples, sound, at, gain)
    parts.push({
      file: recording.file,
      family: recording.family,
      hits,
      startSeconds: at,
      seconds: heard.seconds,
      level: heard.level + inDb,
      peakLevel: heard.peakLevel + inDb,
    })
    sounds.push(sound)
    at += overlap ? between([0.1, 0.3], random) : sound.length / SAMPLE_RATE + between(SCENE.gap, random)
  }
  const quietest = Math.min(...parts.map(({ level }) => level))
  addNoise(samples, noise, quietest - between(SCENE.snr, random), random)
  limit(samples)
  return { samples, facts: { parts, overlap, ...standingOut(parts, sounds, overlap) } }
}

function choose(recordings: readonly Recording[], random: SeededRandom): Recording[] {
  const draw = random()
  const [one, two] = SCENE.counts
  const count = draw < one ? 1 : draw < one + two ? 2 : 3
  const chosen: Recording[] = []
  while (chosen.length < count) {
    const candidate = recordings[random.integer(recordings.length)]!
    if (!chosen.some(({ family }) => family === candidate.family)) chosen.push(candidate)
  }
  return chosen
}

/** The recording as it is played: once, or, where hits can be counted, one to four evenly spaced hits. */
function perform(
  recording: Recording,
  longest: number,
  random: SeededRandom,
): { sound: Float32Array; hits: number | null } {
  const speed = speedOf(random)
  const hits = isCountable(recording.file) ? 1 + random.integer(4) : null
  const shortest = FAMILIES[recording.family]!.isHit ? SCENE.shortest.hit : SCENE.shortest.other
  if (hits === null || hits === 1)
    return { sound: excerpt(recording, between([shortest, longest], random), speed), hits }
  const spacing = Math.min(between(SCENE.spacing, random), longest / hits)
  return { sound: repeated(excerpt(recording, 0.9 * spacing, speed), hits, spacing), hits }
}

function standingOut(
  parts: readonly Part[],
  sounds: readonly Float32Array[],
  overlap: boolean,
): Record<Quality, number | null> {
  if (parts.length < 2) return { loudest: null, longest: null, brightest: null }
  const loudest = greatest(parts.map(({ level }) => level))
  const louderBy = (what: 'level' | 'peakLevel') => parts[loudest.first]![what] - parts[loudest.second]![what]
  const isLoudest = louderBy('level') >= CLEAR.level && louderBy('peakLevel') >= CLEAR.peakLevel
  const facts = { loudest: isLoudest ? loudest.first : null, longest: null, brightest: null }
  // Of two sounds at once, neither has a length or a brightness of its own that a listener could be sure of.
  if (overlap) return facts
  const seconds = parts.map((part) => part.seconds)
  const longest = greatest(seconds)
  const isLongest =
    longest.ratio >= CLEAR.seconds && seconds[longest.first]! - seconds[longest.second]! >= CLEAR.moreSeconds
  const brightest = greatest(sounds.map((sound) => spectralCentroid(sound, SAMPLE_RATE)))
  return {
    ...facts,
    longest: isLongest ? longest.first : null,
    brightest: brightest.ratio >= CLEAR.centroid ? brightest.first : null,
  }
}

/** Indices of the two greatest of at least two values, and the first over the second. */
function greatest(values: readonly number[]): { first: number; second: number; ratio: number } {
  const [first, second] = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]!) as [number, number]
  return { first, second, ratio: values[first]! / values[second]! }
}

/** Families that a scene does not hold, in random order. */
export function absentFamilies({ parts }: Pick<Claimable, 'parts'>, count: number, random: Random): number[] {
  const absent = FAMILIES.map((_, i) => i).filter((i) => !parts.some(({ family }) => family === i))
  return sampleWithoutReplacement(absent, count, random)
}
