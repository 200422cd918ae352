import { access } from 'node:fs/promises'
import path from 'node:path'
import { encodeWav, loadAudio, logMel } from '../../audio/index.ts'

const SAMPLE_RATE = 16_000 // Hz, what the model hears; 2 bytes a sample
const MIN_SECONDS = 1 // a shorter piece is not worth its player
const N_PEAKS = 400 // columns of the waveform picture
const MAX_COLUMNS = 480 // of the mel picture, about one a screen pixel

/** A clip as the page shows it. Everything is ready to be written into the page. */
export interface Clip {
  source: string
  durationSeconds: number
  /** Length of the piece in the page, from the start; less than the duration when the clip was cut. */
  shownSeconds: number
  /** `data:` URL of 16-bit mono WAV at 16 kHz. */
  wavUrl: string
  /** Lowest and highest sample of each column, in [-1, 1]. */
  peaks: { low: number; high: number }[]
  /** Log-mel picture: row-major [nMels, nColumns], lowest band first, 0…255 over the clip's own range, base64. */
  mel: { nMels: number; nColumns: number; base64: string }
}

/** Why a clip cannot be heard in the page. */
export interface MissingClip {
  source: string
  why: string
}

export type Clips = Map<string, Clip | MissingClip>

interface Loaded {
  source: string
  samples: Float32Array
}

/**
 * The clips behind some paths, cut so that all of them together take at most `maxBytes` of the page. Long clips are cut
 * first: every clip gets the same longest duration, as large as fits. A clip that does not fit, decode or exist says why.
 *
 * @param sources  as written in the run: paths, relative to one of `folders` or absolute. Network addresses are not fetched.
 */
export async function loadClips(
  sources: readonly string[],
  options: { folders: readonly string[]; maxBytes: number; maxSeconds: number },
): Promise<Clips> {
  const clips: Clips = new Map()
  const loaded: Loaded[] = []
  for (const source of new Set(sources)) {
    const result = await load(source, options.folders)
    if ('samples' in result) loaded.push(result)
    else clips.set(source, result)
  }
  while (loaded.length > 0) {
    const seconds = longestThatFits(loaded, options)
    if (seconds >= MIN_SECONDS || loaded.every(({ samples }) => samples.length / SAMPLE_RATE <= seconds)) {
      for (const clip of loaded) clips.set(clip.source, await draw(clip, seconds))
      break
    }
    const { source } = loaded.pop()! // the last asked for matters least
    clips.set(source, { source, why: 'left out to keep the page small' })
  }
  return clips
}

async function load(source: string, folders: readonly string[]): Promise<Loaded | MissingClip> {
  if (/^https?:/i.test(source)) return { source, why: 'a network address, which the report does not fetch' }
  const file = source.startsWith('data:') ? source : await locate(source, folders)
  if (file === undefined) return { source, why: 'file not found' }
  try {
    return { source, samples: (await loadAudio(file, { sampleRate: SAMPLE_RATE })).samples }
  } catch (error) {
    return { source, why: error instanceof Error ? error.message : String(error) }
  }
}

async function locate(source: string, folders: readonly string[]): Promise<string | undefined> {
  const candidates = path.isAbsolute(source) ? [source] : folders.map((folder) => path.resolve(folder, source))
  for (const file of candidates) {
    const exists = await access(file)
      .then(() => true)
      .catch(() => false)
    if (exists) return file
  }
  return undefined
}

const FIXED_BYTES = 12_000 // waveform path and markup of one clip
const BYTES_PER_SECOND = Math.ceil((SAMPLE_RATE * 2 * 4) / 3) // base64 takes 4 characters for 3 bytes
const MEL_BYTES = Math.ceil((80 * MAX_COLUMNS * 4) / 3)

/** The longest duration c, in seconds, for which clips cut to min(duration, c) fit into the budget. */
function longestThatFits(loaded: readonly Loaded[], options: { maxBytes: number; maxSeconds: number }): number {
  let budget = (options.maxBytes - loaded.length * (FIXED_BYTES + MEL_BYTES)) / BYTES_PER_SECOND
  const durations = loaded.map(({ samples }) => samples.length / SAMPLE_RATE).sort((a, b) => a - b)
  for (const [i, seconds] of durations.entries()) {
    const share = budget / (durations.length - i)
    if (seconds > share) return Math.min(share, options.maxSeconds)
    budget -= seconds
  }
  return options.maxSeconds
}

async function draw({ source, samples }: Loaded, seconds: number): Promise<Clip> {
  const shown = samples.subarray(0, Math.max(0, Math.floor(seconds * SAMPLE_RATE)))
  const wav = encodeWav(shown, SAMPLE_RATE)
  return {
    source,
    durationSeconds: samples.length / SAMPLE_RATE,
    shownSeconds: shown.length / SAMPLE_RATE,
    wavUrl: `data:audio/wav;base64,${Buffer.from(wav).toString('base64')}`,
    peaks: waveformPeaks(shown, N_PEAKS),
    mel: await melPicture(shown),
  }
}

/** Lowest and highest sample in each of `n` equal columns (fewer when there are fewer samples). */
export function waveformPeaks(samples: Float32Array, n: number): { low: number; high: number }[] {
  const columns = Math.min(n, samples.length)
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * samples.length) / columns)
    const to = Math.floor(((column + 1) * samples.length) / columns)
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let i = from; i < to; i++) {
      low = Math.min(low, samples[i]!)
      high = Math.max(high, samples[i]!)
    }
    return { low: Math.max(-1, low), high: Math.min(1, high) }
  })
}

async function melPicture(samples: Float32Array): Promise<Clip['mel']> {
  if (samples.length === 0) return { nMels: 0, nColumns: 0, base64: '' }
  const { data, nMels, nFrames } = await logMel(samples, { nMels: 80, padding: 'none' })
  const nColumns = Math.min(nFrames, MAX_COLUMNS)
  const picture = new Float32Array(nMels * nColumns)
  for (let mel = 0; mel < nMels; mel++) {
    for (let column = 0; column < nColumns; column++) {
      const from = Math.floor((column * nFrames) / nColumns)
      const to = Math.floor(((column + 1) * nFrames) / nColumns)
      let sum = 0
      for (let frame = from; frame < to; frame++) sum += data[mel * nFrames + frame]!
      picture[mel * nColumns + column] = sum / (to - from)
    }
  }
  return { nMels, nColumns, base64: Buffer.from(quantise(picture)).toString('base64') }
}

/** To 0…255 over the values' own range; all zero when they are all equal (silence). */
export function quantise(values: Float32Array): Uint8Array {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  const range = high - low
  return Uint8Array.from(values, (value) => (range > 0 ? Math.round(((value - low) / range) * 255) : 0))
}
