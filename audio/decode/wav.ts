import wavefile from 'wavefile'
import { AudioError } from '../error.ts'
import type { DecodedAudio } from '../types.ts'

const PCM = 1
const FLOAT = 3
const EXTENSIBLE = 0xfffe
const codecNames: Record<number, string> = {
  [PCM]: 'integer PCM',
  [FLOAT]: 'float',
  6: 'A-law',
  7: 'µ-law',
}

interface WavHeader {
  codec: number
  nChannels: number
  sampleRate: number
  blockAlign: number
  /** Bits that a sample takes in the file; samples fill them from the top, so fewer valid bits need no care. */
  containerBits: number
  fmt: Uint8Array
  data: Uint8Array
}

/**
 * Decodes RIFF/WAVE: 8 to 32-bit integers, 32 and 64-bit floats, A-law and µ-law, plain or WAVE_FORMAT_EXTENSIBLE.
 * A data chunk of size 0 or 2³²−1 at the end of the file is a stream's, and runs to the end.
 */
export function decodeWav(bytes: Uint8Array): DecodedAudio {
  const header = readHeader(bytes)
  const { codec, nChannels, sampleRate, containerBits } = header
  const file = new wavefile.WaveFile()
  try {
    file.fromBuffer(plainWav(header))
    if (codec === 6) file.fromALaw()
    if (codec === 7) file.fromMuLaw()
  } catch (error) {
    throw new AudioError(`a wav file that cannot be read (${(error as Error).message}).`)
  }
  const interleaved = file.getSamples(true, Float64Array)
  const bits = codec === PCM ? containerBits : 16
  const scale = codec === FLOAT ? 1 : 2 ** (1 - bits)
  const middle = codec === PCM && bits === 8 ? 128 : 0 // 8-bit WAV is unsigned
  const length = Math.floor(interleaved.length / nChannels)
  const channels = Array.from({ length: nChannels }, (_, c) => {
    const samples = new Float32Array(length)
    for (let i = 0; i < length; i++) samples[i] = (interleaved[i * nChannels + c]! - middle) * scale
    return samples
  })
  return { channels, sampleRate, format: 'wav' }
}

function readHeader(bytes: Uint8Array): WavHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let fmt: Uint8Array | undefined
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = String.fromCharCode(...bytes.subarray(at, at + 4))
    const size = view.getUint32(at + 4, true)
    const start = at + 8
    if (id === 'fmt ') fmt = bytes.subarray(start, start + size)
    if (id === 'data') {
      if (fmt === undefined)
        throw new AudioError(`a wav file whose data comes before any "fmt " chunk; expected after.`)
      const streamed = size === 0xffffffff || (size === 0 && bytes.length > start)
      const data = streamed ? bytes.subarray(start) : bytes.subarray(start, start + size)
      if (!streamed && data.length < size) {
        throw new AudioError(`a truncated wav file: ${data.length} of ${size} bytes of samples are there.`)
      }
      return checkHeader(fmt, data)
    }
    at = start + size + (size % 2)
  }
  const missing = fmt === undefined ? '"fmt " chunk' : '"data" chunk'
  throw new AudioError(`a wav file without a ${missing}; the file is truncated or damaged.`)
}

function checkHeader(fmt: Uint8Array, data: Uint8Array): WavHeader {
  if (fmt.length < 16)
    throw new AudioError(`a wav file with a "fmt " chunk of ${fmt.length} bytes, expected at least 16.`)
  const view = new DataView(fmt.buffer, fmt.byteOffset, fmt.byteLength)
  const tag = view.getUint16(0, true)
  // The first two bytes of an extensible header's identifier are the plain tag.
  const codec = tag === EXTENSIBLE && fmt.length >= 26 ? view.getUint16(24, true) : tag
  const nChannels = view.getUint16(2, true)
  const sampleRate = view.getUint32(4, true)
  const blockAlign = view.getUint16(12, true)
  const codecName = codecNames[codec]
  if (codecName === undefined) {
    const known = Object.values(codecNames).join(', ')
    throw new AudioError(
      `a wav file with codec 0x${codec.toString(16)}, expected ${known}. Convert it: ffmpeg -i in.wav out.flac.`,
    )
  }
  if (nChannels === 0) throw new AudioError(`a wav file with 0 channels, expected at least 1.`)
  if (sampleRate === 0) throw new AudioError(`a wav file with a sample rate of 0 Hz, expected for example 16000.`)
  const containerBits = (blockAlign * 8) / nChannels
  const allowed = codec === PCM ? [8, 16, 24, 32] : codec === FLOAT ? [32, 64] : [8]
  if (!allowed.includes(containerBits)) {
    throw new AudioError(`a wav file with ${codecName} of ${containerBits} bits, expected ${allowed.join(', ')}.`)
  }
  const whole = data.length - (data.length % blockAlign)
  return { codec, nChannels, sampleRate, blockAlign, containerBits, fmt, data: data.subarray(0, whole) }
}

/** The same sound under a header that wavefile reads right: it takes extensible floats for integers. */
function plainWav({ codec, containerBits, fmt, data }: WavHeader): Uint8Array {
  const nFmt = 16
  const bytes = new Uint8Array(28 + nFmt + data.length)
  const view = new DataView(bytes.buffer)
  const text = (at: number, id: string) => bytes.set(Buffer.from(id, 'latin1'), at)
  text(0, 'RIFF')
  view.setUint32(4, bytes.length - 8, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, nFmt, true)
  bytes.set(fmt.subarray(0, nFmt), 20)
  view.setUint16(20, codec, true)
  view.setUint16(34, containerBits, true)
  text(20 + nFmt, 'data')
  view.setUint32(24 + nFmt, data.length, true)
  bytes.set(data, 28 + nFmt)
  return bytes
}
