import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { decodeAudio, resample } from '../../audio/index.ts'
import { type Random, shuffle } from '../../src/random.ts'
import { FAMILIES, familyOf, sourceOf } from './families.ts'

/** What a scene can use of one recording. */
export interface Recording {
  readonly file: string
  /** Index into `FAMILIES`. */
  readonly family: number
  /** 16 kHz mono, from just before the onset. */
  readonly samples: Float32Array
}

export const SAMPLE_RATE = 16_000 // Hz
/** Longest stretch kept of a recording: a sound of 1.6 s, played 15 % faster. */
const KEPT_SECONDS = 1.9

export class MissingRecordings extends Error {
  override name = 'MissingRecordings'
}

/** Folder of the CC0 recordings that npm installed. Throws MissingRecordings when they are not. */
export function recordingsFolder(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve('supersonic-scsynth-samples/package.json')
    return path.join(path.dirname(manifest), 'samples')
  } catch {
    throw new MissingRecordings(
      'The recordings of the npm package "supersonic-scsynth-samples" are not installed. Run: npm install --include=dev',
    )
  }
}

/** Every recording of a known family, sorted by name. Throws MissingRecordings when the folder lacks a family. */
export async function loadRecordings(
  folder: string,
  onProgress?: (done: number, total: number) => void,
): Promise<Recording[]> {
  if (!existsSync(folder)) throw new MissingRecordings(`${folder}: no such folder. Run: npm install --include=dev`)
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.flac') && familyOf(file) !== null)
    .sort()
  const lacking = FAMILIES.find((_, family) => !files.some((file) => familyOf(file) === family))
  if (lacking) throw new MissingRecordings(`${folder}: no recording of a ${lacking.name}, looked for ${lacking.files}.`)
  const recordings: Recording[] = []
  for (const file of files) {
    const { channels, sampleRate } = await decodeAudio(path.join(folder, file))
    // Cut before resampling: most of the work would go into the tails of loops that nobody hears.
    const mono = fromOnset(channels, sampleRate)
    recordings.push({ file, family: familyOf(file)!, samples: await resample(mono, sampleRate, SAMPLE_RATE) })
    onProgress?.(recordings.length, files.length)
  }
  return recordings
}

/** The mean of the channels, from 5 ms before the first sample that reaches 5 % of the peak. */
function fromOnset(channels: readonly Float32Array[], sampleRate: number): Float32Array {
  const mono = new Float32Array(channels[0]!.length)
  for (const channel of channels) for (let i = 0; i < mono.length; i++) mono[i]! += channel[i]! / channels.length
  let peak = 0
  for (const value of mono) peak = Math.max(peak, Math.abs(value))
  const onset = mono.findIndex((value) => Math.abs(value) >= 0.05 * peak)
  const from = Math.max(0, onset - Math.round(0.005 * sampleRate))
  return mono.slice(from, from + Math.round(KEPT_SECONDS * sampleRate))
}

/**
 * Splits by source within each family: about a fifth of its recordings is held out, two at least where it has eight or more, else one; twins
 * (`sourceOf`) stay together.
 */
export function splitRecordings(
  recordings: readonly Recording[],
  random: Random,
): { train: Recording[]; heldOut: Recording[] } {
  const heldOut = FAMILIES.flatMap((_, family) => {
    const own = recordings.filter((recording) => recording.family === family)
    const wanted = Math.max(own.length < 8 ? 1 : 2, Math.round(own.length / 5))
    const taken: Recording[] = []
    for (const source of shuffle([...new Set(own.map(({ file }) => sourceOf(file)))], random)) {
      const takes = own.filter(({ file }) => sourceOf(file) === source)
      if (taken.length + takes.length <= wanted) taken.push(...takes)
    }
    return taken
  })
  return { train: recordings.filter((recording) => !heldOut.includes(recording)), heldOut }
}
