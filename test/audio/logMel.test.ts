import { readFileSync } from 'node:fs'
import { WhisperFeatureExtractor } from '@huggingface/transformers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AudioError, countFrames, type LogMel, logMel } from '../../audio/index.ts'
import { chirp, noise, recording } from './sounds.ts'

/** transformers.js, configured as the checkpoint's preprocessor_config.json is. */
function reference(nMels: number) {
  const extract = new WhisperFeatureExtractor({
    feature_size: nMels,
    sampling_rate: 16_000,
    hop_length: 160,
    n_fft: 400,
    chunk_length: 30,
    n_samples: 480_000,
    nb_max_frames: 3000,
  })
  return async (samples: Float32Array) => {
    const { input_features } = (await extract(samples)) as { input_features: { data: Float32Array } }
    return input_features.data
  }
}

/** The largest difference over the frames that both have. */
function worstDifference(got: LogMel, want: Float32Array, nWantFrames = 3000): string | number {
  let worst = 0
  for (let mel = 0; mel < got.nMels; mel++) {
    for (let t = 0; t < got.nFrames; t++) {
      const [a, b] = [got.data[mel * got.nFrames + t]!, want[mel * nWantFrames + t]!]
      if (!(Math.abs(a - b) <= 1e-4)) return `mel ${mel}, frame ${t}: ${a}, reference ${b}, tolerance 1e-4`
      worst = Math.max(worst, Math.abs(a - b))
    }
  }
  return worst
}

describe('logMel against transformers.js', () => {
  for (const nMels of [80, 128] as const) {
    test(`${nMels} mels of recordings and noise, padded to 30 s and not`, async () => {
      const extract = reference(nMels)
      const clips = [await recording('ambi_drone'), await recording('loop_amen'), noise(16_000 * 2 + 77, 5)]
      for (const clip of clips) {
        const want = await extract(clip)
        expect(worstDifference(await logMel(clip, { nMels, padding: '30s' }), want)).toBeLessThan(1e-4)
        expect(worstDifference(await logMel(clip, { nMels }), want)).toBeLessThan(1e-4)
      }
    })
  }

  test('clips that reach into the mirrored end of the window, or fill it', async () => {
    const extract = reference(80)
    for (const length of [480_000, 479_999, 479_820]) {
      const clip = noise(length, length)
      expect(worstDifference(await logMel(clip), await extract(clip))).toBeLessThan(1e-4)
    }
  })

  test('a clip whose loudest frame comes after the last one that counts keeps the same floor', async () => {
    // Frame 9, the last that counts, is centred on sample 1440; the click is heard best by frame 10.
    const clip = noise(1600, 3).map((x) => x * 1e-6)
    clip.fill(1, 1590)
    expect(worstDifference(await logMel(clip), await reference(80)(clip))).toBeLessThan(1e-4)
  })
})

test('the features equal those of transformers in Python', async () => {
  // Made by test/goldens/audio_log_mel.py, which says how.
  const golden = JSON.parse(readFileSync(new URL('../goldens/audio_log_mel.json', import.meta.url), 'utf8')) as {
    length: number
    cases: { nMels: 80 | 128; nFrames: number; rows: Record<string, number[]> }[]
  }
  const clip = chirp(golden.length)
  for (const { nMels, nFrames, rows } of golden.cases) {
    const got = await logMel(clip, { nMels })
    expect(got.nFrames).toBe(nFrames)
    for (const [mel, want] of Object.entries(rows)) {
      const row = got.data.subarray(Number(mel) * nFrames, (Number(mel) + 1) * nFrames)
      want.forEach((x, t) => {
        if (!(Math.abs(row[t]! - x) <= 1e-4)) throw new Error(`mel ${mel}, frame ${t}: ${row[t]}, golden ${x}`)
      })
    }
  }
})

describe('frames', () => {
  test('every started hop counts: 1 sample gives 1 frame, 161 give 2, 30 s give 3000', async () => {
    for (const [length, frames] of [
      [1, 1],
      [160, 1],
      [161, 2],
      [480_000, 3000],
    ] as const) {
      expect(countFrames(length)).toBe(frames)
      expect((await logMel(noise(length, 1))).nFrames).toBe(frames)
    }
  })

  test('without padding the features are the first frames of the padded ones, at every length', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5000 }), fc.integer(), async (length, seed) => {
        const clip = noise(length, seed)
        const padded = await logMel(clip, { padding: '30s' })
        expect(padded.data.length).toBe(80 * 3000)
        expect(worstDifference(await logMel(clip), padded.data)).toBeLessThan(1e-6)
      }),
      { numRuns: 30 },
    )
  })

  test('a clip beyond 30 s has frames throughout, without padding', async () => {
    const clip = noise(500_001, 2)
    const { nFrames, data } = await logMel(clip)
    expect(nFrames).toBe(3126)
    expect(data.every(Number.isFinite)).toBe(true)
  })
})

test('features span at most 2: eight decades below the loudest, divided by 4', async () => {
  const { data } = await logMel(chirp(16_000))
  const [low, high] = [data.reduce((a, b) => Math.min(a, b)), data.reduce((a, b) => Math.max(a, b))]
  expect(high - low).toBeCloseTo(2, 5)
})

test('silence is the floor everywhere: (log10 1e-10 + 4) / 4', async () => {
  const { data } = await logMel(new Float32Array(1000))
  expect(data.every((x) => Math.abs(x + 1.5) < 1e-6)).toBe(true)
})

test('what cannot be computed is refused in one line', async () => {
  const refused = async (samples: Float32Array, options: object, message: RegExp) => {
    const error = await logMel(samples, options).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(AudioError)
    expect((error as AudioError).message).toMatch(message)
    expect((error as AudioError).message).not.toContain('\n')
  }
  await refused(new Float32Array(0), {}, /no samples/)
  await refused(Float32Array.of(0, 0, Number.NaN), {}, /sample 2 is NaN/)
  await refused(Float32Array.of(0, -Infinity), {}, /sample 1 is -Infinity/)
  await refused(new Float32Array(400).fill(1e25), {}, /overflows/)
  await refused(new Float32Array(480_001), { padding: '30s' }, /30\.00 s.*splitLong/)
  await refused(new Float32Array(16), { nMels: 64 }, /80 or 128/)
  await refused(new Float32Array(16), { padding: '10s' }, /"none" or "30s"/)
})
