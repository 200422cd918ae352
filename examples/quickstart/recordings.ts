import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { loadAudio } from '../../audio/index.ts'
import { type Random, shuffle } from '../../src/random.ts'
import { type Recording, SAMPLE_RATE } from './compose.ts'
import { FAMILIES, familyOf } from './families.ts'

/** Longest stretch of a recording that is kept; scenes use less. */
const MAX_SECONDS = 4

export class MissingRecordings extends Error {
  override name = 'MissingRecordings'
}

/** Folder of the CC0 recordings that npm installed. */
export function recordingsFolder(): string {
  const require = createRequire(import.meta.url)
  try {
    return path.join(path.dirname(require.resolve('supersonic-scsynth-samples/package.json')), 'samples')
  } catch {
    throw new MissingRecordings(
      'The recordings of npm package "supersonic-scsynth-samples" are not installed. Run: npm ci',
    )
  }
}

/** Every recording of a known family, decoded to 16 kHz mono. */
export async function loadRecordings(
  folder: string,
  onProgress?: (done: number, total: number) => void,
): Promise<Recording[]> {
  if (!existsSync(folder)) throw new MissingRecordings(`${folder}: no such folder. Run: npm ci`)
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.flac') && familyOf(file) !== null)
    .sort()
  const recordings: Recording[] = []
  for (const file of files) {
    const { samples } = await loadAudio(path.join(folder, file), { sampleRate: SAMPLE_RATE })
    recordings.push({ file, family: familyOf(file)!, samples: samples.slice(0, MAX_SECONDS * SAMPLE_RATE) })
    onProgress?.(recordings.length, files.length)
  }
  return recordings
}

/** Splits by recording, within each family: a fifth, and at least one, is held out. */
export function splitRecordings(
  recordings: readonly Recording[],
  random: Random,
): { train: Recording[]; heldOut: Recording[] } {
  const heldOut = FAMILIES.flatMap((_, family) => {
    const own = shuffle(
      recordings.filter((recording) => recording.family === family),
      random,
    )
    return own.slice(0, Math.max(1, Math.round(own.length / 5)))
  })
  return { train: recordings.filter((recording) => !heldOut.includes(recording)), heldOut }
}
