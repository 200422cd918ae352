import { FLACDecoder } from '@wasm-audio-decoders/flac'
import { AudioError } from '../audioError.ts'
import type { DecodedAudio } from '../waveform.ts'

let decoder: FLACDecoder | undefined
let last: Promise<unknown> = Promise.resolve()

export function decodeFlac(bytes: Uint8Array, name: string): Promise<DecodedAudio> {
  const result = last.then(async () => {
    decoder ??= new FLACDecoder()
    await decoder.ready
    const decoded = await decoder.decodeFile(bytes)
    await decoder.reset()
    if (decoded.errors.length > 0) throw new AudioError(`${name}: damaged FLAC (${decoded.errors[0]!.message}).`)
    return { channels: decoded.channelData, sampleRate: decoded.sampleRate, format: 'flac' }
  })
  last = result.catch(() => {})
  return result
}
