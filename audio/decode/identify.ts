import { AudioError } from '../error.ts'

/** What decodes some bytes, and what they are called. */
export interface Identity {
  decoder: 'wav' | 'flac' | 'mpeg' | 'ogg' | 'aiff' | 'ffmpeg'
  /** `wav`, `flac`, `mp3`, `ogg`, `m4a`, …; `unknown` when only ffmpeg could tell. */
  format: string
}

/** Signature, where it stands, and what it means. The first that fits counts. */
const SIGNATURES: readonly (readonly [text: string, at: number, identity: Identity])[] = [
  ['fLaC', 0, { decoder: 'flac', format: 'flac' }],
  ['OggS', 0, { decoder: 'ogg', format: 'ogg' }],
  ['ftyp', 4, { decoder: 'ffmpeg', format: 'm4a' }],
  ['\x1a\x45\xdf\xa3', 0, { decoder: 'ffmpeg', format: 'webm' }],
  ['AIFF', 8, { decoder: 'aiff', format: 'aiff' }],
  ['AIFC', 8, { decoder: 'aiff', format: 'aiff' }],
  ['AVI ', 8, { decoder: 'ffmpeg', format: 'avi' }],
  ['caff', 0, { decoder: 'ffmpeg', format: 'caf' }],
  ['.snd', 0, { decoder: 'ffmpeg', format: 'au' }],
  ['#!AMR', 0, { decoder: 'ffmpeg', format: 'amr' }],
  ['wvpk', 0, { decoder: 'ffmpeg', format: 'wavpack' }],
  ['MAC ', 0, { decoder: 'ffmpeg', format: 'ape' }],
  ['\x30\x26\xb2\x75', 0, { decoder: 'ffmpeg', format: 'wma' }],
]

/**
 * What the bytes are, from the bytes alone: a name proves nothing.
 *
 * @throws AudioError for what is certainly no sound: nothing at all, text, or a picture and the like
 */
export function identify(bytes: Uint8Array): Identity {
  if (bytes.length === 0) throw new AudioError('the file is empty (0 bytes). Expected a sound file.')
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to))
  if (text(8, 12) === 'WAVE') {
    if (text(0, 4) === 'RIFF') return { decoder: 'wav', format: 'wav' }
    if (['RIFX', 'RF64'].includes(text(0, 4))) return { decoder: 'ffmpeg', format: text(0, 4).toLowerCase() }
  }
  for (const [signature, at, identity] of SIGNATURES) {
    if (text(at, at + signature.length) === signature) return identity
  }
  const start = id3Length(bytes)
  if (start > 0) {
    if (start >= bytes.length) throw new AudioError('an ID3 tag without sound after it. The file is truncated.')
    if (text(start, start + 4) === 'fLaC') return { decoder: 'flac', format: 'flac' }
    if (isAdts(bytes, start)) return { decoder: 'ffmpeg', format: 'aac' }
    return { decoder: 'mpeg', format: 'mp3' }
  }
  if (isMpegAudio(bytes)) return { decoder: 'mpeg', format: 'mp3' }
  if (isAdts(bytes, 0)) return { decoder: 'ffmpeg', format: 'aac' }
  const other = notSound(bytes)
  if (other) throw new AudioError(`${other}, not sound. Expected wav, flac, mp3, ogg or what ffmpeg reads.`)
  return { decoder: 'ffmpeg', format: 'unknown' }
}

/** Bytes of an ID3v2 tag at the start, 0 without one: its size is four times 7 bits. */
export function id3Length(bytes: Uint8Array): number {
  if (bytes.length < 10 || String.fromCharCode(...bytes.subarray(0, 3)) !== 'ID3') return 0
  const [a, b, c, d] = bytes.subarray(6, 10) as unknown as [number, number, number, number]
  const footer = bytes[5]! & 0x10 ? 10 : 0
  return 10 + (((a & 127) << 21) | ((b & 127) << 14) | ((c & 127) << 7) | (d & 127)) + footer
}

/** A frame header of MPEG audio, layer II or III, with no reserved value. (Layer I would let UTF-16 text pass.) */
function isMpegAudio(bytes: Uint8Array): boolean {
  const [sync = 0, kind = 0, rates = 0] = bytes
  if (sync !== 0xff || (kind & 0xe0) !== 0xe0) return false
  const layer = (kind >> 1) & 3
  return (layer === 1 || layer === 2) && ((kind >> 3) & 3) !== 1 && rates >> 4 !== 15 && ((rates >> 2) & 3) !== 3
}

const isAdts = (bytes: Uint8Array, at: number): boolean => bytes[at] === 0xff && ((bytes[at + 1] ?? 0) & 0xf6) === 0xf0

/** What the bytes are, when that is no sound for certain. */
function notSound(bytes: Uint8Array): string | undefined {
  const head = bytes.subarray(0, 512)
  const latin = String.fromCharCode(...head)
  if (latin.startsWith('\x89PNG') || latin.startsWith('\xff\xd8\xff') || latin.startsWith('GIF8')) return 'a picture'
  if (latin.startsWith('%PDF-')) return 'a PDF document'
  if (latin.startsWith('PK\x03\x04') || latin.startsWith('\x1f\x8b')) return 'a compressed archive'
  if (head.every((byte) => byte === 0)) return bytes.every((byte) => byte === 0) ? 'nothing but zero bytes' : undefined
  const utf16 = latin.startsWith('\xff\xfe') || latin.startsWith('\xfe\xff')
  const printable = head.every((byte) => (byte >= 32 ? byte !== 127 : byte === 9 || byte === 10 || byte === 13))
  if (!utf16 && !printable) return undefined
  if (latin.startsWith('version https://git-lfs')) return 'a Git LFS pointer (run "git lfs pull")'
  if (/^\s*<(!doctype|html)/i.test(latin)) return 'an HTML page'
  const start = latin
    .trimStart()
    .slice(0, 20)
    .split(/[\r\n]/)[0]!
  return utf16 ? 'UTF-16 text' : `text that begins with ${JSON.stringify(start)}`
}
