import { expect, test } from 'vitest'
import { spectralCentroid } from '../../../audio/index.ts'
import { composeScene, type Part, type SceneFacts } from '../../../examples/quickstart/compose.ts'
import { FAMILIES } from '../../../examples/quickstart/families.ts'
import { type Recording, SAMPLE_RATE } from '../../../examples/quickstart/recordings.ts'
import { noiseBed } from '../../../examples/quickstart/sound.ts'
import { seededRandom } from '../../../src/random.ts'

const SECONDS = 3.2
/** No noise: white noise 20 dB below a low tone would already lift its centroid, though it sounds no brighter. */
const silence = new Float32Array(1)
const FILES = 'hat_x tabla_x arovane_beat_x bd_x ambi_x perc_bell_x mehackit_robot_x sn_x'

/** A tone a family, each of another pitch; one-shots die away, the others go on. */
const recordings: Recording[] = FILES.split(' ').map((name, family) => {
  const { isHit } = FAMILIES[family]!
  const hz = 200 * 1.4 ** family
  const samples = Float32Array.from({ length: 1.9 * SAMPLE_RATE }, (_, i) => {
    const t = i / SAMPLE_RATE
    return 0.5 * Math.sin(2 * Math.PI * hz * t) * (isHit ? Math.exp(-t / 0.03) : 1)
  })
  return { file: `${name}.flac`, family, samples }
})

const scenes = Array.from({ length: 150 }, (_, i) => composeScene(recordings, SECONDS, silence, seededRandom(i)))
const stretch = (samples: Float32Array, { startSeconds, seconds }: Part) =>
  samples.subarray(Math.round(startSeconds * SAMPLE_RATE), Math.round((startSeconds + seconds) * SAMPLE_RATE))
const apart = scenes.filter(({ facts }) => !facts.overlap && facts.parts.length > 1)

/** Level of the loudest 50 ms, measured from the clip alone. */
function loudness(sound: Float32Array): number {
  let most = 0
  for (let at = 0; at + 800 <= sound.length; at += 80) {
    most = Math.max(
      most,
      sound.subarray(at, at + 800).reduce((sum, x) => sum + x * x, 0),
    )
  }
  return 10 * Math.log10(most / 800)
}

test('scenes hold one to three sounds of different families, in order, within the clip', () => {
  const counts = [1, 2, 3].map((n) => scenes.filter(({ facts }) => facts.parts.length === n).length / scenes.length)
  for (const [i, share] of [0.45, 0.4, 0.15].entries()) expect(Math.abs(counts[i]! - share)).toBeLessThan(0.12)
  for (const { samples, facts } of scenes) {
    expect(samples).toHaveLength(SECONDS * SAMPLE_RATE)
    expect(new Set(facts.parts.map(({ family }) => family)).size).toBe(facts.parts.length)
    for (const [i, part] of facts.parts.entries()) {
      expect(part.startSeconds + part.seconds).toBeLessThanOrEqual(SECONDS)
      const before = facts.parts[i - 1]
      if (before) expect(part.startSeconds).toBeGreaterThan(before.startSeconds)
      if (before && !facts.overlap) expect(part.startSeconds).toBeGreaterThan(before.startSeconds + before.seconds)
    }
  }
})

test('a sound called the loudest is louder in the clip itself, and so are the longest longer and the brightest brighter', () => {
  const claims = { loudest: 0, longest: 0, brightest: 0 }
  for (const { samples, facts } of apart) {
    const exceeds = (
      what: keyof typeof claims,
      by: (sound: Float32Array) => number,
      isClear: (a: number, b: number) => boolean,
    ) => {
      const at = facts[what]
      if (at === null) return
      claims[what]++
      const values = facts.parts.map((part) => by(stretch(samples, part)))
      for (const [i, value] of values.entries()) if (i !== at) expect(isClear(values[at]!, value)).toBe(true)
    }
    exceeds('loudest', loudness, (a, b) => a - b > 2.5)
    exceeds(
      'longest',
      (sound) => sound.length,
      (a, b) => a / b > 1.59,
    )
    exceeds(
      'brightest',
      (sound) => spectralCentroid(sound, SAMPLE_RATE),
      (a, b) => a > b,
    )
  }
  for (const count of Object.values(claims)) expect(count).toBeGreaterThan(10)
})

test('as many hits are heard as are counted, and nothing is counted that is no hit', () => {
  const counted = scenes.flatMap(({ samples, facts }) =>
    facts.overlap ? [] : facts.parts.filter(({ hits }) => hits !== null).map((part) => ({ samples, part })),
  )
  expect(counted.length).toBeGreaterThan(50)
  for (const { samples, part } of counted) expect(onsets(stretch(samples, part))).toBe(part.hits)
  const parts = scenes.flatMap(({ facts }) => facts.parts)
  expect(parts.every(({ family, hits }) => (hits !== null) === FAMILIES[family]!.isHit)).toBe(true)
})

test('of two sounds at once, nothing is claimed but which is louder; a single sound is compared with nothing', () => {
  const nothing = ({ longest, brightest }: SceneFacts) => longest === null && brightest === null
  const overlapping = scenes.filter(({ facts }) => facts.overlap)
  expect(overlapping.length).toBeGreaterThan(2)
  expect(overlapping.every(({ facts }) => nothing(facts))).toBe(true)
  const single = scenes.filter(({ facts }) => facts.parts.length === 1)
  expect(single.every(({ facts }) => nothing(facts) && facts.loudest === null)).toBe(true)
})

/** Rises of the level by 10 dB or more from one 10 ms frame to the next but one. */
function onsets(sound: Float32Array): number {
  const frame = 160
  const levels = Array.from(
    { length: Math.floor(sound.length / frame) },
    (_, i) => 10 * Math.log10(sound.subarray(i * frame, (i + 1) * frame).reduce((sum, x) => sum + x * x, 1e-9)),
  )
  const rises = levels.map((level, i) => i === 0 || level - Math.min(levels[i - 1]!, levels[i - 2] ?? level) >= 10)
  return rises.filter((rise, i) => rise && !rises[i - 1]).length
}

test('noise lies 20 to 40 dB under the quietest sound', () => {
  const noise = noiseBed(seededRandom('noise'))
  for (const [i, { samples, facts }] of scenes.slice(0, 30).entries()) {
    const noisy = composeScene(recordings, SECONDS, noise, seededRandom(i)).samples
    const added = noisy.map((value, at) => value - samples[at]!)
    const level = 10 * Math.log10(added.reduce((sum, x) => sum + x * x, 0) / added.length)
    const snr = Math.min(...facts.parts.map((part) => part.level)) - level
    expect(snr).toBeGreaterThan(19.5)
    expect(snr).toBeLessThan(40.5)
  }
})
