import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeWav } from '../../../audio/index.ts'
import { type Clip, loadClips, quantise, waveformPeaks } from '../../../src/report/clips.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rubato-clips-'))
  for (const seconds of [2, 4, 8]) {
    const samples = Float32Array.from({ length: seconds * 16_000 }, (_, i) => 0.5 * Math.sin(0.3 * i))
    await writeFile(path.join(folder, `${seconds}.wav`), encodeWav(samples, 16_000))
  }
  await writeFile(path.join(folder, 'broken.wav'), 'not sound')
})
afterAll(() => rm(folder, { recursive: true }))

const load = (sources: string[], options: { maxBytes?: number; maxSeconds?: number } = {}) =>
  loadClips(sources, { folders: [folder], maxBytes: 10_000_000, maxSeconds: 15, ...options })
const shown = (clips: Awaited<ReturnType<typeof load>>) =>
  [...clips.values()].map((clip) => ('why' in clip ? clip.why : clip.shownSeconds))

const LEFT_OUT = 'left out to keep the page small'

describe('loadClips', () => {
  it('gives sound, waveform and mel picture of a clip', async () => {
    const clip = (await load(['2.wav'])).get('2.wav') as Clip
    expect(clip).toMatchObject({ durationSeconds: 2, shownSeconds: 2, mel: { nMels: 80, nColumns: 200 } })
    expect(clip.peaks).toHaveLength(400)
    expect(Buffer.from(clip.mel.base64, 'base64')).toHaveLength(80 * 200)
    const wav = Buffer.from(clip.wavUrl.slice('data:audio/wav;base64,'.length), 'base64')
    expect(wav.subarray(0, 4).toString()).toBe('RIFF')
    expect(wav.length).toBeGreaterThanOrEqual(2 * 2 * 16_000)
  })

  it('cuts the longest clips first, to one common duration', async () => {
    expect(shown(await load(['2.wav', '4.wav', '8.wav'], { maxSeconds: 3 }))).toEqual([2, 3, 3])
  })

  it('keeps what it shows within the budget, and shows all of it when it fits', async () => {
    const maxBytes = 500_000
    const clips = await load(['2.wav', '4.wav', '8.wav'], { maxBytes })
    const bytes = [...clips.values()].reduce(
      (sum, clip) => sum + ('why' in clip ? 0 : clip.wavUrl.length + clip.mel.base64.length),
      0,
    )
    expect(bytes).toBeLessThan(maxBytes)
    expect(bytes).toBeGreaterThan(0.75 * maxBytes)
    expect(shown(await load(['2.wav', '4.wav', '8.wav']))).toEqual([2, 4, 8])
  })

  it('leaves out the last clips when not even a second of each fits, and says so', async () => {
    const clips = await load(['2.wav', '4.wav', '8.wav'], { maxBytes: 120_000 })
    expect(shown(clips).toSorted()).toEqual([expect.any(Number), LEFT_OUT, LEFT_OUT])
    expect(clips.get('2.wav')).toHaveProperty('shownSeconds')
    expect(shown(await load(['2.wav'], { maxBytes: -1 }))).toEqual([LEFT_OUT])
  })

  it('says why a clip cannot be heard: absent, remote, or not sound', async () => {
    const [gone, remote, broken] = shown(await load(['gone.wav', 'https://example.org/a.wav', 'broken.wav']))
    expect(gone).toBe('file not found')
    expect(remote).toContain('does not fetch')
    expect(broken).toEqual(expect.stringMatching(/.+/))
  })
})

describe('waveformPeaks', () => {
  it('finds the lowest and highest sample of each column and covers every sample', () => {
    const samples = Float32Array.from([0.1, -0.2, 0.3, 0, 0, 0.9])
    expect(waveformPeaks(samples, 2).map(({ low, high }) => [low.toFixed(1), high.toFixed(1)])).toEqual([
      ['-0.2', '0.3'],
      ['0.0', '0.9'],
    ])
    expect(waveformPeaks(new Float32Array(3), 400)).toHaveLength(3)
    expect(waveformPeaks(new Float32Array(0), 400)).toEqual([])
  })
})

describe('quantise', () => {
  it('spans 0 to 255, and silence gives zeros', () => {
    expect([...quantise(Float32Array.from([-1, 0, 1]))]).toEqual([0, 128, 255])
    expect([...quantise(Float32Array.from([5, 5]))]).toEqual([0, 0])
  })
})
