// Log-mel features of 30 s of sound: Rubato's ONNX graph against transformers.js' own feature extractor.
// Both run on one thread, in turns, on the same noise; a row is the median. Takes about 10 s.
import { WhisperFeatureExtractor } from '@huggingface/transformers'
import { logMel } from '../../audio/index.ts'
import { seededRandom } from '../../src/random.ts'

const N_MELS = 128 // Qwen2-Audio's and Whisper large-v3's
const SECONDS = 30
const ROUNDS = 15
const TARGET = 10 // times as fast

/** Median milliseconds a clip, and how many times as fast as transformers.js. */
export async function benchLogMel(): Promise<{
  name: string
  rows: { label: string; value: number; unit: string }[]
  ratio: number
  target: number
}> {
  const random = seededRandom(1)
  const samples = Float32Array.from({ length: SECONDS * 16_000 }, () => random() - 0.5)
  const extract = new WhisperFeatureExtractor({
    feature_size: N_MELS,
    sampling_rate: 16_000,
    hop_length: 160,
    n_fft: 400,
    n_samples: 480_000,
    nb_max_frames: 3000,
  })
  const contestants: [label: string, run: () => Promise<unknown>][] = [
    ['Rubato', () => logMel(samples, { nMels: N_MELS, padding: '30s' })],
    ['transformers.js', () => extract(samples)],
  ]
  const times = contestants.map(() => [] as number[])
  for (let round = -2; round < ROUNDS; round++) {
    for (const [i, [, run]] of contestants.entries()) {
      const start = performance.now()
      await run()
      if (round >= 0) times[i]!.push(performance.now() - start) // the first two rounds compile
    }
  }
  const rows = contestants.map(([label], i) => ({ label, value: median(times[i]!), unit: 'ms' }))
  return {
    name: `log-mel features of ${SECONDS} s, ${N_MELS} mels`,
    rows,
    ratio: rows[1]!.value / rows[0]!.value,
    target: TARGET,
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
