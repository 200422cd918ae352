import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeAudio, encodeWav, measureAudio, resample } from '../../audio/index.ts'
import { type PitchFrame, trackPitch } from '../../audio/measures/analysis/pitchTrack.ts'
import { speak } from '../audio/measures/voice.ts'
import { recording } from '../audio/sounds.ts'

// The measures against programs that their own fields trust.

const run = promisify(execFile)
const ffmpeg = process.env.FFMPEG_PATH ?? 'ffmpeg'
const hasFfmpeg = spawnSync(ffmpeg, ['-version']).status === 0
if (!hasFfmpeg) console.warn('SKIPPED: ffmpeg is missing, so loudness was not held against its ebur128.')

const samplesFolder = path.join(
  path.dirname(createRequire(import.meta.url).resolve('supersonic-scsynth-samples/package.json')),
  'samples',
)
const names = readdirSync(samplesFolder).filter((name) => name.endsWith('.flac'))

interface Reading {
  readonly name: string
  readonly ours: { loudness: number | null; truePeak: number }
  readonly theirs: { loudness: number; truePeak: number }
}

describe.skipIf(!hasFfmpeg)('206 recordings, against ffmpeg’s ebur128', () => {
  const readings: Reading[] = []
  beforeAll(async () => {
    for (const name of names) readings.push(await read(path.join(samplesFolder, name)))
  }, 600_000)

  it('have the same integrated loudness within 0.1 LU, and are unknown where ffmpeg finds none', () => {
    expect(readings).toHaveLength(206)
    const off = readings.filter(({ ours, theirs }) =>
      ours.loudness === null ? theirs.loudness > -70 : Math.abs(ours.loudness - theirs.loudness) >= 0.1,
    )
    expect(off).toEqual([])
    const known = readings.filter(({ ours }) => ours.loudness !== null)
    expect(known.length).toBeGreaterThan(130)
    const worst = Math.max(...known.map(({ ours, theirs }) => Math.abs(ours.loudness! - theirs.loudness)))
    console.log(`loudness: ${known.length} of ${readings.length} long enough, ${worst.toFixed(4)} LU apart at most`)
  })

  it('have the same true peak within 0.4 dB', () => {
    const apart = readings.map(({ ours, theirs }) => Math.abs(ours.truePeak - theirs.truePeak))
    expect(Math.max(...apart)).toBeLessThan(0.4)
    expect(apart.filter((difference) => difference > 0.15).length).toBeLessThan(20)
    console.log(`true peak: ${Math.max(...apart).toFixed(2)} dB apart at most`)
  })
})

async function read(file: string): Promise<Reading> {
  const filter = 'ebur128=metadata=1:peak=true,ametadata=print:key=lavfi.r128.I:file=-'
  const call = ['-hide_banner', '-nostats', '-i', file, '-af', filter, '-f', 'null', '-']
  const { stdout, stderr } = await run(ffmpeg, call, { maxBuffer: 2 ** 28 })
  const decibels = [...stdout.matchAll(/lavfi\.r128\.I=(\S+)/g)].at(-1)?.[1] // to 0.001
  const found = await measureAudio(await decodeAudio(file), { names: ['loudness', 'true-peak'] })
  return {
    name: path.basename(file),
    ours: { loudness: found.loudness!.value, truePeak: found['true-peak']!.value! },
    theirs: {
      loudness: Number(decibels ?? Number.NEGATIVE_INFINITY),
      truePeak: Number(/True peak:\s+Peak:\s+(\S+) dBFS/.exec(stderr)![1]),
    },
  }
}

const praat = process.env.PRAAT_PYTHON ?? 'python3'
const hasPraat = spawnSync(praat, ['-c', 'import parselmouth']).status === 0
if (!hasPraat) console.warn('SKIPPED: praat-parselmouth is missing, so pitch was not held against Praat.')

describe.skipIf(!hasPraat)('pitch, against Praat', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'rubato-praat-'))
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  /** Frames of both programs for one clip at 16 kHz; Praat's unvoiced frames are 0. */
  function track(samples: Float32Array): { ours: PitchFrame[]; theirs: number[] } {
    const file = path.join(home, 'clip.wav')
    writeFileSync(file, encodeWav(samples, 16_000))
    const script = path.join(import.meta.dirname, 'praatPitch.py')
    const { times, hertz } = JSON.parse(execFileSync(praat, [script, file], { encoding: 'utf8' })) as {
      times: number[]
      hertz: number[]
    }
    const ours = trackPitch(samples, 16_000)
    expect(ours.map(({ time }) => time.toFixed(6))).toEqual(times.map((time) => time.toFixed(6)))
    return { ours, theirs: hertz }
  }

  function compare({ ours, theirs }: ReturnType<typeof track>) {
    const both = ours.flatMap(({ hertz }, i) =>
      hertz !== null && theirs[i]! > 0 ? [Math.abs(hertz / theirs[i]! - 1)] : [],
    )
    const sameVoicing = ours.filter(({ hertz }, i) => (hertz === null) === (theirs[i] === 0)).length / ours.length
    return { nVoiced: both.length, within: both.filter((off) => off < 0.02).length / both.length, sameVoicing }
  }

  it.each([
    [150, 50],
    [120, 20],
    [200, 80],
    [170, 99],
    [160, 0],
  ])(
    'of a voice at %i words a minute and pitch %i is the same within 2 percent in 99 of 100 frames, and in the median',
    async (rate, pitch) => {
      const said = await speak('The train to the coast leaves at half past nine, so you should hurry.', { rate, pitch })
      const samples = await resample(said.samples, said.sampleRate, 16_000)
      const found = track(samples)
      const { nVoiced, within, sameVoicing } = compare(found)
      expect(nVoiced).toBeGreaterThan(30)
      expect(within).toBeGreaterThan(0.99)
      expect(sameVoicing).toBeGreaterThan(0.99)
      const { 'pitch-median': median } = await measureAudio({ channels: [samples], sampleRate: 16_000 })
      const voiced = found.theirs.filter((hertz) => hertz > 0).sort((a, b) => a - b)
      expect(Math.abs(median!.value! / voiced[voiced.length >> 1]! - 1)).toBeLessThan(0.02)
    },
  )

  it.each(['guit_e_fifths', 'guit_em9', 'ambi_choir', 'ambi_drone', 'perc_bell', 'arovane_beat_a', 'loop_amen'])(
    'of the recording %s is the same within 2 percent in 98 of 100 frames',
    async (name) => {
      const { nVoiced, within, sameVoicing } = compare(track(await recording(name)))
      expect(nVoiced).toBeGreaterThan(10)
      expect(within).toBeGreaterThan(0.98)
      expect(sameVoicing).toBeGreaterThan(0.97)
    },
  )
})
