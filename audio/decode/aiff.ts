import { AudioError } from '../error.ts'
import type { DecodedAudio } from '../types.ts'

type ReadSample = (view: DataView, at: number) => number

const bigEndian: Record<number, ReadSample> = {
  8: (view, at) => view.getInt8(at) / 2 ** 7,
  16: (view, at) => view.getInt16(at) / 2 ** 15,
  24: (view, at) => (view.getInt16(at) * 256 + view.getUint8(at + 2)) / 2 ** 23,
  32: (view, at) => view.getInt32(at) / 2 ** 31,
}

/** How the codecs of AIFF-C that hold plain samples are read; `NONE` and `twos` are AIFF's own integers. */
const readers: Record<string, Record<number, ReadSample>> = {
  NONE: bigEndian,
  twos: bigEndian,
  sowt: { 16: (view, at) => view.getInt16(at, true) / 2 ** 15 },
  fl32: { 32: (view, at) => view.getFloat32(at) },
  FL32: { 32: (view, at) => view.getFloat32(at) },
  fl64: { 64: (view, at) => view.getFloat64(at) },
}

/** Decodes AIFF and uncompressed AIFF-C. Source: Apple, Audio Interchange File Format 1.3 (1989). */
export function decodeAiff(bytes: Uint8Array): DecodedAudio {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = (at: number) => Buffer.from(bytes.subarray(at, at + 4)).toString('latin1')
  const chunks = new Map<string, { start: number; size: number }>()
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4)
    chunks.set(text(at), { start: at + 8, size })
    at += 8 + size + (size % 2)
  }
  const [common, sound] = [chunks.get('COMM'), chunks.get('SSND')]
  if (!common || !sound || common.size < 18 || common.start + common.size > bytes.length) {
    throw new AudioError(
      `an aiff file without a whole "${common ? 'SSND' : 'COMM'}" chunk; it is truncated or damaged.`,
    )
  }
  if (sound.start + sound.size > bytes.length) {
    const there = Math.max(0, bytes.length - sound.start)
    throw new AudioError(`a truncated aiff file: ${there} of ${sound.size} bytes of samples are there.`)
  }
  const nChannels = view.getUint16(common.start)
  const length = view.getUint32(common.start + 2)
  const bits = Math.ceil(view.getUint16(common.start + 6) / 8) * 8 // samples fill their bytes from the top
  const sampleRate = extended(view, common.start + 8)
  const codec = text(8) === 'AIFC' && common.size >= 22 ? text(common.start + 18) : 'NONE'
  const read = readers[codec]?.[bits]
  if (!read) {
    throw new AudioError(
      `an aiff file with codec "${codec}" of ${bits} bits, expected plain samples. Re-save it as wav.`,
    )
  }
  if (!(nChannels > 0 && sampleRate > 0)) {
    throw new AudioError(`an aiff file with ${nChannels} channels at ${sampleRate} Hz, expected both above 0.`)
  }
  const frameBytes = (nChannels * bits) / 8
  const first = sound.start + 8 + view.getUint32(sound.start)
  if (first + length * frameBytes > sound.start + sound.size) {
    throw new AudioError(`a damaged aiff file: its header counts ${length} frames and its sound chunk holds fewer.`)
  }
  const channels = Array.from({ length: nChannels }, (_, c) => {
    const samples = new Float32Array(length)
    for (let i = 0; i < length; i++) samples[i] = read(view, first + i * frameBytes + (c * bits) / 8)
    return samples
  })
  return { channels, sampleRate, format: 'aiff' }
}

/** An 80-bit IEEE 754 number, which AIFF keeps its rate in. */
function extended(view: DataView, at: number): number {
  const exponent = (view.getUint16(at) & 0x7fff) - 16383
  return view.getUint32(at + 2) * 2 ** (exponent - 31) + view.getUint32(at + 6) * 2 ** (exponent - 63)
}
