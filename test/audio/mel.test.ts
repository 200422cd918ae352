import { WhisperFeatureExtractor } from '@huggingface/transformers'
import { expect, test } from 'vitest'
import { melFilters } from '../../audio/mel.ts'

test('the filters are those of transformers.js', () => {
  for (const nMels of [80, 128]) {
    const extractor = new WhisperFeatureExtractor({ feature_size: nMels, sampling_rate: 16_000, n_fft: 400 })
    const want = (extractor.config as { mel_filters: number[][] }).mel_filters
    const got = melFilters(nMels, 400, 16_000)
    want.forEach((row, mel) => {
      row.forEach((x, bin) => {
        if (!(Math.abs(got[mel * 201 + bin]! - x) < 1e-7))
          throw new Error(`mel ${mel}, bin ${bin}: ${got[mel * 201 + bin]}, ${x}`)
      })
    })
  }
})

test('the published first filter of librosa: peak 0.0248 at 40 Hz', () => {
  // openai/whisper's assets/mel_filters.npz, mel_80[0, 1]
  expect(melFilters(80, 400, 16_000)[1]).toBeCloseTo(0.02486259, 6)
})

test('every filter hears something, and neither 0 Hz nor half the rate is heard', () => {
  const filters = melFilters(128, 400, 16_000)
  for (let mel = 0; mel < 128; mel++) {
    const row = filters.subarray(mel * 201, (mel + 1) * 201)
    expect(row.some((x) => x > 0)).toBe(true)
    expect([row[0], row[200]]).toEqual([0, 0])
  }
})
