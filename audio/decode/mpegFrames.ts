import { AudioError } from '../error.ts'

/** A whole frame of MPEG audio, layer II or III (ISO 11172-3 §2.4, 13818-3 §2.4). */
export interface MpegFrame {
  bytes: Uint8Array
  layer: 2 | 3
  isMpeg1: boolean
  nChannels: 1 | 2
  sampleRate: number
}

// kbit/s, by the four bits of the header; 0 is "free format", which only says that frames are alike
const LAYER2 = [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384]
const LAYER3 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
const MPEG2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
const RATES = [44_100, 48_000, 32_000] // Hz; half of them in MPEG-2, a quarter in MPEG-2.5

/**
 * Splits a file, without its ID3v2 tag, into frames. Whatever stands before the first frame is skipped, and tags after the last.
 *
 * @throws AudioError when the last frame is cut, or bytes between two frames are no frame: the decoder would join the rest
 */
export function mpegFrames(stream: Uint8Array): MpegFrame[] {
  const frames: MpegFrame[] = []
  let lost = 0
  for (let at = 0; at + 4 <= stream.length; ) {
    const header = readFrameHeader(stream, at)
    // Compressed data can look like a header; a frame is followed by another one, or by the end.
    const next = header && at + header.length
    const isFrame = next !== undefined && (lost === 0 || next >= stream.length || readFrameHeader(stream, next))
    if (header && isFrame) {
      const missing = at + header.length - stream.length
      if (missing > 0) throw new AudioError(`a truncated mp3 file: its last frame lacks ${missing} bytes.`)
      if (lost > 0 && frames.length > 0) {
        throw new AudioError(`a damaged mp3 file: ${lost} bytes before byte ${at} of its sound are no frame.`)
      }
      frames.push({ ...header.facts, bytes: stream.subarray(at, at + header.length) })
      at += header.length
      lost = 0
    } else {
      if (lost === 0 && frames.length > 0 && isTag(stream, at)) break
      at++
      lost++
    }
  }
  return frames
}

function isTag(stream: Uint8Array, at: number): boolean {
  const start = Buffer.from(stream.subarray(at, at + 8)).toString('latin1')
  return (
    start.startsWith('TAG') || start.startsWith('APETAGEX') || start.startsWith('LYRICS') || start.startsWith('3DI')
  )
}

function readFrameHeader(
  stream: Uint8Array,
  at: number,
): { length: number; facts: Omit<MpegFrame, 'bytes'> } | undefined {
  const [sync, kind, rates, mode] = stream.subarray(at, at + 4)
  if (sync !== 0xff || kind === undefined || rates === undefined || mode === undefined || kind >> 5 !== 7)
    return undefined
  const version = (kind >> 3) & 3 // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
  const layer = 4 - ((kind >> 1) & 3)
  if (version === 1 || (layer !== 2 && layer !== 3)) return undefined
  const isMpeg1 = version === 3
  const table = isMpeg1 ? (layer === 2 ? LAYER2 : LAYER3) : MPEG2
  const kilobits = table[rates >> 4]
  const fullRate = RATES[(rates >> 2) & 3]
  if (!kilobits || !fullRate) return undefined
  const sampleRate = fullRate / (isMpeg1 ? 1 : version === 2 ? 2 : 4)
  const bytesTimesRate = layer === 3 && !isMpeg1 ? 72_000 : 144_000
  const length = Math.floor((bytesTimesRate * kilobits) / sampleRate) + ((rates >> 1) & 1)
  return { length, facts: { layer, isMpeg1, nChannels: mode >> 6 === 3 ? 1 : 2, sampleRate } }
}
