import type { PitchFrame } from './pitchTrack.ts'
import { quantile } from './spokenPitch.ts'

const RATE = 16_000 // Hz
const STEP = 256 // samples between intensities: 16 ms
const WINDOW = 2048 // samples, 128 ms: 6.4 periods of 50 Hz
const RANGE = 25 // dB below the loudest speech, under which nothing is a syllable
const DIP = 2 // dB between two syllables

/**
 * Returns when syllables have their nuclei, in seconds: voiced peaks of the intensity, at most 25 dB below its 99th
 * percentile, with a dip of 2 dB or more to the nucleus before. No transcript is needed.
 *
 * After N. de Jong and T. Wempe, “Praat script to detect syllable nuclei and measure speech rate automatically” (Behavior
 * Research Methods 41, 2009), with its settings; theirs correlates at 0.8 with hand-counted syllables of Dutch.
 *
 * @param samples  mono at 16 kHz
 */
export function syllableNuclei(samples: Float32Array, pitch: readonly PitchFrame[]): number[] {
  const intensities = intensity(samples)
  const finite = [...intensities].filter(Number.isFinite).sort((a, b) => a - b)
  if (finite.length === 0 || pitch.length === 0) return []
  const threshold = quantile(finite, 0.99) - RANGE
  const nuclei: { at: number; level: number }[] = []
  let dip = Number.POSITIVE_INFINITY // lowest level since the last nucleus
  for (let i = 1; i < intensities.length - 1; i++) {
    const level = intensities[i]!
    dip = Math.min(dip, level)
    if (!(level > threshold && level > intensities[i - 1]! && level >= intensities[i + 1]!)) continue
    const last = nuclei.at(-1)
    if (last === undefined || Math.min(last.level, level) - dip >= DIP) nuclei.push({ at: i, level })
    else if (level > last.level) nuclei[nuclei.length - 1] = { at: i, level }
    else continue
    dip = level
  }
  return nuclei.map(({ at }) => (at * STEP) / RATE).filter((time) => isVoiced(pitch, time))
}

function isVoiced(pitch: readonly PitchFrame[], time: number): boolean {
  const step = (pitch[1]?.time ?? Number.POSITIVE_INFINITY) - pitch[0]!.time
  const nearest = Math.round((time - pitch[0]!.time) / step)
  return (pitch[Math.min(pitch.length - 1, Math.max(0, nearest))]?.hertz ?? null) !== null
}

/** Level in dB every 16 ms, frame i centred on sample 256·i, under a Hann window of 128 ms on the squared samples. */
function intensity(samples: Float32Array): Float64Array {
  const half = WINDOW / 2
  const weights = Float64Array.from(
    { length: WINDOW },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / WINDOW),
  )
  return Float64Array.from({ length: Math.ceil(samples.length / STEP) }, (_, frame) => {
    let [sum, weight] = [0, 0]
    const from = frame * STEP - half
    for (let i = Math.max(0, -from); i < WINDOW && from + i < samples.length; i++) {
      sum += weights[i]! * samples[from + i]! ** 2
      weight += weights[i]!
    }
    return 10 * Math.log10(sum / weight)
  })
}
