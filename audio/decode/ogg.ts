import { OggVorbisDecoder } from '@wasm-audio-decoders/ogg-vorbis'
import { OggOpusDecoder } from 'ogg-opus-decoder'
import { AudioError } from '../error.ts'
import type { DecodedAudio } from '../types.ts'
import { decodeWithFfmpeg } from './ffmpeg.ts'
import { checkedOgg } from './oggPages.ts'
import { reusable } from './reusable.ts'

const withVorbisDecoder = reusable(() => new OggVorbisDecoder())
const withOpusDecoder = reusable(() => new OggOpusDecoder())

/** Decodes Ogg by the codec that its first packet names: Vorbis, Opus (always at 48 kHz), the rest through ffmpeg. */
export async function decodeOgg(bytes: Uint8Array): Promise<DecodedAudio> {
  const { nStreams, firstPacket } = checkedOgg(bytes)
  if (nStreams > 1) throw new AudioError(`an ogg file with ${nStreams} streams, expected 1. Cut the sound out first.`)
  const opus = firstPacket.startsWith('OpusHead')
  if (!opus && !firstPacket.startsWith('\x01vorbis')) return await decodeWithFfmpeg(bytes, 'ogg')
  const decoded = opus
    ? await withOpusDecoder((decoder) => decoder.decodeFile(bytes))
    : await withVorbisDecoder((decoder) => decoder.decodeFile(bytes))
  const format = opus ? 'ogg opus' : 'ogg vorbis'
  const [fault] = decoded.errors
  if (fault) throw new AudioError(`a damaged ${format} file (${fault.message}, frame ${fault.frameNumber}).`)
  return { channels: decoded.channelData, sampleRate: decoded.sampleRate, format }
}
