import { decodeAiff } from './decode/aiff.ts'
import { decodeWithFfmpeg } from './decode/ffmpeg.ts'
import { decodeFlac } from './decode/flac.ts'
import { type Identity, identify } from './decode/identify.ts'
import { decodeMpeg } from './decode/mpeg.ts'
import { decodeOgg } from './decode/ogg.ts'
import { type ReadOptions, readSource, sourceName } from './decode/readSource.ts'
import { decodeWav } from './decode/wav.ts'
import { AudioError } from './error.ts'
import { firstNotFinite } from './finite.ts'
import { resample } from './resample.ts'
import type { AudioSource, DecodedAudio, Waveform } from './types.ts'

const decoders: Record<
  Identity['decoder'],
  (bytes: Uint8Array, format: string) => DecodedAudio | Promise<DecodedAudio>
> = {
  wav: decodeWav,
  flac: decodeFlac,
  mpeg: decodeMpeg,
  ogg: decodeOgg,
  aiff: decodeAiff,
  ffmpeg: decodeWithFfmpeg,
}

/**
 * Returns every channel of a recording at its own rate. The kind is read from the first bytes, never from the name: wav,
 * flac, mp3, ogg vorbis, ogg opus and aiff here, everything else through an installed ffmpeg.
 *
 * Throws AudioError, one line that names the source, when it cannot be read or downloaded, is no sound, is truncated or
 * damaged, is empty, or holds NaN or infinite samples.
 */
export async function decodeAudio(source: AudioSource, options: ReadOptions = {}): Promise<DecodedAudio> {
  try {
    const bytes = await readSource(source, options)
    const { decoder, format } = identify(bytes)
    return checked(await decoders[decoder](bytes, format))
  } catch (error) {
    // The readers say what they found; the name stands in front of it once, here.
    if (error instanceof AudioError) throw new AudioError(`${sourceName(source)}: ${error.message}`)
    throw new AudioError(
      `${sourceName(source)}: cannot be decoded (${String((error as Error).message).split('\n')[0]}).`,
    )
  }
}

function checked(decoded: DecodedAudio): DecodedAudio {
  const { channels, format } = decoded
  if (channels.length === 0 || channels[0]!.length === 0) {
    throw new AudioError(`a ${format} file without samples, expected at least one.`)
  }
  for (const [c, channel] of channels.entries()) {
    const at = firstNotFinite(channel)
    if (at >= 0) throw new AudioError(`sample ${at} of channel ${c} is ${channel[at]}, expected finite numbers.`)
  }
  return decoded
}

export interface LoadOptions extends ReadOptions {
  /** Hz. Default 16000, what Whisper's and Qwen's encoders hear. */
  sampleRate?: number
}

/**
 * Returns a recording as one channel, the mean of its channels, at `sampleRate`. Throws AudioError as `decodeAudio` does.
 *
 * @example
 * const { samples } = await loadAudio('question.mp3')
 */
export async function loadAudio(source: AudioSource, options: LoadOptions = {}): Promise<Waveform> {
  const { sampleRate = 16_000, ...readOptions } = options
  const decoded = await decodeAudio(source, readOptions)
  return { samples: await resample(mixDown(decoded.channels), decoded.sampleRate, sampleRate), sampleRate }
}

/** The mean of the channels; the only one itself. */
export function mixDown(channels: readonly Float32Array[]): Float32Array {
  const [first, ...rest] = channels
  if (rest.length === 0) return first!
  const mixed = first!.slice()
  for (const channel of rest) for (let i = 0; i < mixed.length; i++) mixed[i]! += channel[i]!
  for (let i = 0; i < mixed.length; i++) mixed[i]! /= channels.length
  return mixed
}
