import { readFile } from 'node:fs/promises'
import { encodeWav, loadAudio } from '../../audio/index.ts'
import type { LoadedClip } from './chat.ts'

/** Hz; what audio models of today hear at. */
const SAMPLE_RATE = 16_000

/**
 * A clip as chat endpoints take it: WAV and MP3 files as they are, anything else decoded to mono WAV at 16 kHz.
 *
 * @throws AudioError when there is no clip, or none that can be decoded
 */
export async function loadClip(path: string): Promise<LoadedClip> {
  const bytes = /^(https?|data):/i.test(path) ? undefined : await readFile(path).catch(() => undefined)
  if (bytes !== undefined) {
    const start = bytes.subarray(0, 4).toString('latin1')
    if (start === 'RIFF') return { bytes, format: 'wav' }
    if (start.startsWith('ID3')) return { bytes, format: 'mp3' }
  }
  const { samples } = await loadAudio(path, { sampleRate: SAMPLE_RATE })
  return { bytes: encodeWav(samples, SAMPLE_RATE), format: 'wav' }
}
