import { AudioError } from '../error.ts'

export interface OggFacts {
  nStreams: number
  firstPacket: Uint8Array
  /** What the last page says of its end: in Opus and Vorbis, a count of samples. */
  endPosition: number
}

const HEADER = 27 // bytes before the segment table

/**
 * Walks the pages of an ogg file, whose checksums and numbers tell whether anything is missing (RFC 3533, §6).
 *
 * @throws AudioError when a page is cut, damaged or missing: the decoders would skip it, and join what is left
 */
export function checkedOgg(bytes: Uint8Array): OggFacts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const nextPage = new Map<number, number>() // serial number of a stream → number of its next page
  let firstPacket: Uint8Array | undefined
  let endPosition = 0
  for (let at = 0; at < bytes.length; ) {
    const where = `at byte ${at} of ${bytes.length}`
    if (at + HEADER > bytes.length) throw truncated(where)
    if (view.getUint32(at) !== 0x4f676753) throw new AudioError(`a damaged ogg file: no page ${where}.`)
    const body = at + HEADER + view.getUint8(at + 26)
    if (body > bytes.length) throw truncated(where)
    const end = bytes.subarray(at + HEADER, body).reduce((sum, segment) => sum + segment, body)
    if (end > bytes.length) throw truncated(where)
    if (checksum(bytes, at, end) !== view.getUint32(at + 22, true)) {
      throw new AudioError(`a damaged ogg file: the page ${where} fails its checksum. Copy or download it again.`)
    }
    const serial = view.getUint32(at + 14, true)
    const page = view.getUint32(at + 18, true)
    const expected = nextPage.get(serial)
    if (expected !== undefined && page !== expected) {
      throw new AudioError(`a damaged ogg file: page ${expected} is missing ${where}. Copy or download it again.`)
    }
    nextPage.set(serial, page + 1)
    firstPacket ??= bytes.subarray(body, end)
    const position = view.getBigInt64(at + 6, true)
    // −1 where no packet ends on the page
    if (position >= 0) endPosition = Number(position)
    at = end
  }
  return { nStreams: nextPage.size, firstPacket: firstPacket ?? new Uint8Array(0), endPosition }
}

const truncated = (where: string) =>
  new AudioError(`a truncated ogg file: it ends within the page ${where}. Copy or download it again.`)

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0)
  return crc
})

/** CRC-32 of a page, its own four bytes read as zero. */
function checksum(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0
  for (let i = from; i < to; i++) {
    const byte = i >= from + 22 && i < from + 26 ? 0 : bytes[i]!
    crc = (crc << 8) ^ CRC[(crc >>> 24) ^ byte]!
  }
  return crc >>> 0
}
