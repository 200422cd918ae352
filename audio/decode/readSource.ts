import { readFile, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { AudioError } from '../error.ts'
import type { AudioSource } from '../types.ts'

export interface ReadOptions {
  /** Longest wait for an http(s) source, in seconds. Default 30. */
  timeoutSeconds?: number
  /** Largest http(s) download, in bytes. Default 256 MiB, an hour of 16-bit stereo at 37 kHz. */
  maxBytes?: number
}

const DEFAULT_TIMEOUT_SECONDS = 30
const DEFAULT_MAX_BYTES = 256 * 2 ** 20

/** What an error calls this source. */
export function sourceName(source: AudioSource): string {
  if (source instanceof Uint8Array) return `audio of ${source.length} bytes`
  const text = String(source)
  if (/^data:/i.test(text)) return text.length > 48 ? `${text.slice(0, 45)}…` : text
  // A query may hold a key, which has no place in a log.
  return /^https?:/i.test(text) ? text.replace(/[?#].*$/s, '') : text
}

/**
 * The bytes behind a path, a `data:`, `file:`, `http:` or `https:` URL; bytes are passed through.
 *
 * @throws AudioError when there is nothing to read, or when a download fails, takes too long or is too large
 */
export async function readSource(source: AudioSource, options: ReadOptions = {}): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source
  if (typeof source !== 'string' && !(source instanceof URL)) {
    const found = source === null ? 'null' : typeof source
    throw new AudioError(`found ${found}. Expected a path, a URL, or the file's bytes.`)
  }
  const text = String(source)
  // One letter before the colon is a Windows drive, not a scheme.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase()
  if (scheme === 'data') return readDataUrl(text)
  if (scheme === 'http' || scheme === 'https') return download(text, options)
  if (scheme === 'file') return readLocal(filePath(text))
  if (source instanceof URL || text.includes('://')) {
    throw new AudioError(`a URL of scheme "${scheme}:". Expected a path, or data:, file:, http: or https:.`)
  }
  return readLocal(text)
}

function filePath(url: string): string {
  try {
    return fileURLToPath(url)
  } catch (error) {
    throw new AudioError(`not a usable file: URL (${(error as Error).message}).`)
  }
}

async function readLocal(path: string): Promise<Uint8Array> {
  try {
    const info = await stat(path)
    if (info.isDirectory()) throw new AudioError('a folder. Expected a sound file.')
    // Reading a pipe or a device may never end.
    if (!info.isFile()) throw new AudioError('not a regular file. Expected a sound file.')
    return await readFile(path)
  } catch (error) {
    if (error instanceof AudioError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new AudioError(`no such file (from ${process.cwd()}).`)
    if (code === 'EACCES' || code === 'EPERM') throw new AudioError('the file may not be read. Check its permissions.')
    throw new AudioError(`the file cannot be read (${message}).`)
  }
}

function readDataUrl(url: string): Uint8Array {
  const comma = url.indexOf(',')
  if (comma < 0) throw new AudioError('a data: URL without a comma. Expected data:audio/wav;base64,….')
  const payload = url.slice(comma + 1)
  if (!/;base64$/i.test(url.slice(0, comma).trimEnd())) return percentDecoded(payload)
  // Buffer.from would skip what is not base64, and decode the rest to noise.
  const base64 = payload.includes('%') ? new TextDecoder('latin1').decode(percentDecoded(payload)) : payload
  const odd = /[^A-Za-z0-9+/_=\s-]/.exec(base64)
  if (odd) throw new AudioError(`a data: URL whose base64 has ${JSON.stringify(odd[0])} at character ${odd.index}.`)
  return Buffer.from(base64, 'base64')
}

function percentDecoded(text: string): Uint8Array {
  const raw = Buffer.from(text, 'utf8')
  const out = new Uint8Array(raw.length)
  let length = 0
  for (let i = 0; i < raw.length; i++) {
    const hex = raw[i] === 0x25 ? raw.toString('latin1', i + 1, i + 3) : ''
    if (/^[0-9a-f]{2}$/i.test(hex)) {
      out[length++] = Number.parseInt(hex, 16)
      i += 2
    } else {
      out[length++] = raw[i]!
    }
  }
  return out.subarray(0, length)
}

async function download(url: string, options: ReadOptions): Promise<Uint8Array> {
  const { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, maxBytes = DEFAULT_MAX_BYTES } = options
  const tooLarge = (bytes: number) =>
    new AudioError(`the download has ${bytes} bytes or more, allowed ${maxBytes}. Raise maxBytes.`)
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutSeconds * 1000) })
    if (!response.ok) {
      await response.body?.cancel()
      throw new AudioError(`the server answered ${response.status} ${response.statusText}`.trimEnd().concat('.'))
    }
    const announced = Number(response.headers.get('content-length') ?? 0)
    if (announced > maxBytes) {
      await response.body?.cancel()
      throw tooLarge(announced)
    }
    const parts: Uint8Array[] = []
    let nBytes = 0
    for await (const part of response.body ?? []) {
      nBytes += part.length
      if (nBytes > maxBytes) throw tooLarge(nBytes)
      parts.push(part)
    }
    return Buffer.concat(parts, nBytes)
  } catch (error) {
    if (error instanceof AudioError) throw error
    const { name, message, cause } = error as Error & { cause?: Error }
    if (name === 'TimeoutError')
      throw new AudioError(`no whole answer within ${timeoutSeconds} s. Raise timeoutSeconds.`)
    throw new AudioError(`the download failed (${cause?.message || message}).`)
  }
}
