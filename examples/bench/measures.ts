// All acoustic measures over 100 clips of made-up voices, and some of them alone: seconds of sound that one thread measures
// in a second. About 30 s.
import { measureAudio, measureNames } from '../../audio/index.ts'
import { seededRandom } from '../../src/random.ts'
import type { BenchResult } from './result.ts'

const CLIPS = 100
const SECONDS = 5
const RATE = 24_000 // Hz, what speech models answer with
const TARGET = 20 // times real time
const TRANSCRIPT = 'The train to the coast leaves at half past nine from platform two.'
/** What needs the voice model, the pitch, both ends of loudness, and nothing. */
const PARTS = ['speech-ratio', 'pitch-median', 'syllable-rate', 'loudness', 'true-peak', 'word-error-rate']

export async function benchMeasures(): Promise<BenchResult> {
  const clips = Array.from({ length: CLIPS }, (_, i) => voiced(seededRandom(i)))
  const words = { transcript: TRANSCRIPT, reference: TRANSCRIPT }
  const timesReal = async (names: readonly string[], list: readonly Float32Array[]) => {
    const start = performance.now()
    for (const samples of list) await measureAudio({ channels: [samples], sampleRate: RATE }, { names, ...words })
    return (list.length * SECONDS * 1000) / (performance.now() - start)
  }
  await timesReal(measureNames, clips.slice(0, 2)) // opens the voice model, and compiles
  const all = await timesReal(measureNames, clips)
  const rows = [{ label: `all ${measureNames.length} measures`, value: all, unit: '× real time' }]
  for (const name of PARTS) {
    rows.push({ label: `${name} alone`, value: await timesReal([name], clips.slice(0, 10)), unit: '× real time' })
  }
  return {
    name: `acoustic measures of ${CLIPS} clips of ${SECONDS} s`,
    rows,
    ratio: all,
    target: TARGET,
    note: 'ratio: seconds of sound a second, on one thread; alone, a measure pays for all that it reads',
  }
}

/** Harmonics of a wandering pitch under syllables of a quarter second, with pauses: as much work as speech. */
function voiced(random: () => number): Float32Array {
  const samples = new Float32Array(SECONDS * RATE)
  let hertz = 100 + 100 * random()
  let phase = 0
  for (let i = 0; i < samples.length; i++) {
    if (i % 6000 === 0) hertz *= 2 ** (0.2 * (random() - 0.5))
    phase += hertz / RATE
    const syllable = Math.max(0, Math.sin((Math.PI * (i % 6000)) / 6000)) * (i % 48_000 < 36_000 ? 1 : 0)
    let sum = 0
    for (let k = 1; k <= 12; k++) sum += Math.sin(2 * Math.PI * k * phase) / k
    samples[i] = 0.15 * syllable * sum + 0.001 * (random() - 0.5)
  }
  return samples
}
