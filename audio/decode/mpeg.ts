import CodecParser, { type CodecFrame, type MPEGHeader } from 'codec-parser'
import { MPEGDecoder } from 'mpg123-decoder'
import { AudioError } from '../error.ts'
import type { DecodedAudio } from '../types.ts'
import { id3Length } from './identify.ts'
import { reusable } from './reusable.ts'

type Frame = CodecFrame & { header: MPEGHeader }

const withMpegDecoder = reusable(() => new MPEGDecoder())

/**
 * MP3 (and MP2), without the encoder's delay and padding where the file states them. Only whole frames reach the decoder:
 * mpg123 would skip a damaged stretch and join what is left.
 */
export async function decodeMpeg(bytes: Uint8Array): Promise<DecodedAudio> {
  const stream = bytes.subarray(id3Length(bytes))
  const frames = new CodecParser('audio/mpeg', { enableLogging: false }).parseAll(stream) as Frame[]
  const [first] = frames
  if (!first) throw new AudioError('an mp3 file without one whole frame of sound; it is truncated, or no mp3.')
  checkWhole(stream, frames)
  const decoded = await withMpegDecoder((decoder) => decoder.decodeFrames(frames.map(({ data }) => data)))
  if (decoded.errors.length > 0) throw new AudioError(`a damaged mp3 file (${decoded.errors[0]!.message}).`)
  // The decoder always returns two channels; of a mono file they are the same.
  const channels = decoded.channelData.slice(0, first.header.channels)
  return { channels, sampleRate: decoded.sampleRate, format: first.header.layer === 'Layer II' ? 'mp2' : 'mp3' }
}

function checkWhole(stream: Uint8Array, frames: readonly Frame[]): void {
  const last = frames.at(-1)!
  const missing = frameLength(last) - last.data.length
  const promised = promisedFrames(frames[0]!)
  if (missing > 0 || frames.length - 1 < promised) {
    const found =
      missing > 0 ? `its last frame lacks ${missing} bytes` : `${frames.length - 1} of ${promised} frames are there`
    throw new AudioError(`a truncated mp3 file: ${found}. Copy or download it again.`)
  }
  let gap = 0
  let end = frames[0]!.data.byteOffset
  for (const { data } of frames) {
    gap += data.byteOffset - end
    end = data.byteOffset + data.length
  }
  if (gap > 0 && stream.length > 0) {
    throw new AudioError(`a damaged mp3 file: ${gap} bytes between its frames are no sound. Copy or download it again.`)
  }
}

const frameLength = ({ samples, header }: Frame): number =>
  Math.floor(((samples / 8) * header.bitrate * 1000) / header.sampleRate) + header.framePadding

/** Frames after the first that a Xing or Info header counts; 0 without one. */
function promisedFrames({ data, header }: Frame): number {
  const mpeg1 = header.mpegVersion.includes('1')
  const sideInfo = header.channels === 1 ? (mpeg1 ? 17 : 9) : mpeg1 ? 32 : 17
  const at = 4 + sideInfo
  const tag = String.fromCharCode(...data.subarray(at, at + 4))
  if ((tag !== 'Xing' && tag !== 'Info') || data.length < at + 12 || (data[at + 7]! & 1) === 0) return 0
  return new DataView(data.buffer, data.byteOffset).getUint32(at + 8)
}
