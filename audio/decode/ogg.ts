import { OggVorbisDecoder } from '@wasm-audio-decoders/ogg-vorbis'
import { OggOpusDecoder } from 'ogg-opus-decoder'
import { AudioError } from '../error.ts'
import type { DecodedAudio } from '../types.ts'
import { decodeWithFfmpeg } from './ffmpeg.ts'
import { checkedOgg } from './oggPages.ts'
import { reusable } from './reusable.ts'

const withVorbis = reusable(() => new OggVorbisDecoder())
const withOpus = reusable(() => new OggOpusDecoder())

const decodeVorbis = async (bytes: Uint8Array) =>
  whole('ogg vorbis', await withVorbis((decoder) => decoder.decodeFile(bytes)))

const decodeOpus = async (bytes: Uint8Array) =>
  whole('ogg opus', await withOpus((decoder) => decoder.decodeFile(bytes)))

/** Decodes Ogg by the codec that its first packet names: Vorbis, Opus (always at 48 kHz), the rest through ffmpeg. */
export async function decodeOgg(bytes: Uint8Array): Promise<DecodedAudio> {
  const { nStreams, firstPacket, endPosition } = checkedOgg(bytes)
  if (nStreams > 1) throw new AudioError(`an ogg file with ${nStreams} streams, expected 1. Cut the sound out first.`)
  const codec = Buffer.from(firstPacket.subarray(0, 8)).toString('latin1')
  if (codec === 'OpusHead') return endAt(endPosition - preSkip(firstPacket), await decodeOpus(bytes))
  if (codec.startsWith('\x01vorbis')) return await decodeVorbis(bytes)
  return await decodeWithFfmpeg(bytes, 'ogg')
}

interface Decoded {
  channelData: Float32Array[]
  sampleRate: number
  errors: { message: string; frameNumber: number }[]
}

function whole(format: string, { channelData, sampleRate, errors: [fault] }: Decoded): DecodedAudio {
  if (fault) throw new AudioError(`a damaged ${format} file (${fault.message}, frame ${fault.frameNumber}).`)
  return { channels: channelData, sampleRate, format }
}

/** Samples that an Opus encoder puts before the sound; the end position counts them (RFC 7845, §4.2 and 5.1). */
function preSkip(head: Uint8Array): number {
  return head[10]! + 256 * head[11]!
}

/** The decoder leaves the padding of the last packet in. A recording cut from a longer one has a later end than samples. */
function endAt(length: number, decoded: DecodedAudio): DecodedAudio {
  if (length <= 0) return decoded
  return { ...decoded, channels: decoded.channels.map((channel) => channel.slice(0, length)) }
}
