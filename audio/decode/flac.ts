import { FLACDecoder } from '@wasm-audio-decoders/flac'
import { AudioError } from '../error.ts'
import type { DecodedAudio } from '../types.ts'
import { id3Length } from './identify.ts'
import { reusable } from './reusable.ts'

const withFlacDecoder = reusable(() => new FLACDecoder())

/** Decodes FLAC. Its header declares a length; fewer samples than that are an error, not a shorter clip. */
export async function decodeFlac(bytes: Uint8Array): Promise<DecodedAudio> {
  const stream = bytes.subarray(id3Length(bytes))
  if (stream.length < 42) throw new AudioError(`a truncated flac file of ${stream.length} bytes; its header takes 42.`)
  const decoded = await withFlacDecoder((decoder) => decoder.decodeFile(stream))
  const length = decoded.channelData[0]?.length ?? 0
  // STREAMINFO (RFC 9639, §8.2): the last 36 bits before the checksum count the samples, 0 when unknown.
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength)
  const declared = (view.getUint8(21) & 15) * 2 ** 32 + view.getUint32(22)
  if (length < declared) throw new AudioError(`a truncated flac file: ${length} of ${declared} samples are there.`)
  const [fault] = decoded.errors
  if (fault) throw new AudioError(`a damaged flac file (${fault.message}, frame ${fault.frameNumber}).`)
  return { channels: decoded.channelData, sampleRate: decoded.sampleRate, format: 'flac' }
}
