import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import ffmpeg from 'fluent-ffmpeg'
import { AudioError } from '../error.ts'
import type { DecodedAudio } from '../types.ts'
import { decodeWav } from './wav.ts'

const TIMEOUT = 120 // seconds

/**
 * Decodes what no decoder here reads (m4a, aac, webm, wma, amr, …) with an installed ffmpeg, found on the PATH or named by
 * FFMPEG_PATH. Channels and rate stay the file's own; the first fault that ffmpeg sees is an error.
 */
export async function decodeWithFfmpeg(bytes: Uint8Array, format: string): Promise<DecodedAudio> {
  // A file, not a pipe: m4a often keeps its index at the end.
  const folder = await mkdtemp(join(tmpdir(), 'rubato-audio-'))
  try {
    const path = join(folder, 'sound')
    await writeFile(path, bytes)
    return { ...decodeWav(await toWav(path, format)), format }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function toWav(path: string, format: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    const output = new PassThrough()
    output.on('data', (part: Buffer) => parts.push(part))
    ffmpeg(path, { timeout: TIMEOUT })
      .inputOptions(['-xerror', '-err_detect', 'explode'])
      .noVideo()
      .audioCodec('pcm_f32le')
      .format('wav')
      .on('error', (error: Error) => reject(explain(error, format)))
      .on('end', () => resolve(Buffer.concat(parts)))
      .pipe(output)
  })
}

function explain(error: Error, format: string): AudioError {
  const kind = format === 'unknown' ? 'a file of unknown kind' : `a file of kind ${format}`
  if (/cannot find ffmpeg|ENOENT/i.test(error.message)) {
    return new AudioError(
      `${kind}, which takes ffmpeg to read, and ffmpeg is not installed. Install it (apt install ffmpeg, brew install ffmpeg, ` +
        'winget install ffmpeg), name it in FFMPEG_PATH, or convert the file to wav, flac, mp3 or ogg.',
    )
  }
  const reason = error.message.trim().split('\n').at(-1) ?? ''
  return new AudioError(`${kind} in which ffmpeg finds no whole sound (${reason}).`)
}
