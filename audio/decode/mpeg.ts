import { MPEGDecoder } from 'mpg123-decoder'
import { AudioError } from '../error.ts'
import type { DecodedAudio } from '../types.ts'
import { id3Length } from './identify.ts'
import { type MpegFrame, mpegFrames } from './mpegFrames.ts'
import { reusable } from './reusable.ts'

const withMpegDecoder = reusable(() => new MPEGDecoder())

/** Decodes mp3 (and mp2), without the encoder's delay and padding where the file states them. */
export async function decodeMpeg(bytes: Uint8Array): Promise<DecodedAudio> {
  const frames = mpegFrames(bytes.subarray(id3Length(bytes)))
  const [first, ...others] = frames
  if (!first) throw new AudioError('an mp3 file without one whole frame of sound; it is truncated, or no mp3.')
  const promised = promisedFrames(first)
  if (others.length < promised) {
    throw new AudioError(`a truncated mp3 file: ${others.length} of ${promised} frames are there.`)
  }
  const decoded = await withMpegDecoder((decoder) => decoder.decodeFrames(frames.map(({ bytes }) => bytes)))
  const [fault] = decoded.errors
  if (fault) throw new AudioError(`a damaged mp3 file (${fault.message}).`)
  // The decoder always returns two channels; of a mono file they are the same.
  const channels = decoded.channelData.slice(0, first.nChannels)
  return { channels, sampleRate: decoded.sampleRate, format: first.layer === 2 ? 'mp2' : 'mp3' }
}

/** Frames after the first that a Xing or Info header in the first counts; 0 without one. */
function promisedFrames({ bytes, isMpeg1, nChannels }: MpegFrame): number {
  const sideInformation = nChannels === 1 ? (isMpeg1 ? 17 : 9) : isMpeg1 ? 32 : 17 // bytes
  const tag = Buffer.from(bytes.subarray(4 + sideInformation, 16 + sideInformation))
  const isTag = ['Xing', 'Info'].includes(tag.toString('latin1', 0, 4)) && tag.length === 12
  return isTag && (tag[7]! & 1) !== 0 ? tag.readUInt32BE(8) : 0
}
