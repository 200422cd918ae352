import { type FileHandle, open } from 'node:fs/promises'
import { isMissingFile, UsageError } from '../errors.ts'

/** One line of a JSON-lines file, as text and as what it holds. */
export interface LineRecord {
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** Bytes from the start of the file, so that the line can be read again. */
  readonly offset: number
  /** The line as it stands, without its end. */
  readonly raw: string
  readonly value: Readonly<Record<string, unknown>>
}

/** A line that holds no object. */
export interface BadLine {
  readonly file: string
  readonly line: number
  readonly raw: string
  readonly problem: string
}

const BLOCK = 2 ** 20 // bytes read at once
/** Bytes of a line beyond which the file is no JSON lines. */
const LONGEST = 2 ** 28

/**
 * The lines of a JSON-lines file, one after the other; blank lines are passed over. What is held is a block and a line.
 *
 * @throws UsageError for a missing file, and for a line of more than 256 MB
 */
export async function* records(file: string): AsyncGenerator<LineRecord | BadLine> {
  let line = 0
  for await (const { text: raw, offset } of lines(file)) {
    line++
    const text = line === 1 ? raw.replace(/^\uFEFF/, '') : raw
    if (text.trim() === '') continue
    try {
      const value: unknown = JSON.parse(text)
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        yield { file, line, offset, raw: text, value: value as Record<string, unknown> }
      } else yield { file, line, raw: text, problem: 'no object' }
    } catch {
      yield { file, line, raw: text, problem: 'not JSON' }
    }
  }
}

export const isBad = (record: LineRecord | BadLine): record is BadLine => 'problem' in record

async function* lines(file: string): AsyncGenerator<{ text: string; offset: number }> {
  let handle: FileHandle
  try {
    handle = await open(file)
  } catch (error) {
    throw isMissingFile(error) ? new UsageError(`${file}: no such file.`) : error
  }
  const block = Buffer.allocUnsafe(BLOCK)
  let held: Buffer[] = [] // of a line that goes on in the next block
  let heldBytes = 0
  let offset = 0
  try {
    for (;;) {
      const { bytesRead } = await handle.read(block, 0, BLOCK)
      if (bytesRead === 0) break
      let from = 0
      for (;;) {
        const end = block.indexOf(10, from)
        if (end < 0 || end >= bytesRead) break
        const piece = block.subarray(from, end)
        const text = (held.length > 0 ? Buffer.concat([...held, piece]) : piece).toString('utf8')
        yield { text: text.endsWith('\r') ? text.slice(0, -1) : text, offset }
        offset += heldBytes + piece.length + 1
        held = []
        heldBytes = 0
        from = end + 1
      }
      if (from < bytesRead) {
        held.push(Buffer.from(block.subarray(from, bytesRead)))
        heldBytes += bytesRead - from
        if (heldBytes > LONGEST) throw new UsageError(`${file}: a line of more than 256 MB. Is it JSON lines?`)
      }
    }
    if (held.length > 0) yield { text: Buffer.concat(held).toString('utf8'), offset }
  } finally {
    await handle.close()
  }
}

/** The line that begins at an offset that `records` gave. */
export async function lineAt(handle: FileHandle, offset: number): Promise<string> {
  const pieces: Buffer[] = []
  for (let at = offset; ; ) {
    const block = Buffer.allocUnsafe(65_536)
    const { bytesRead } = await handle.read(block, 0, block.length, at)
    const end = block.subarray(0, bytesRead).indexOf(10)
    pieces.push(block.subarray(0, end < 0 ? bytesRead : end))
    if (end >= 0 || bytesRead < block.length) return Buffer.concat(pieces).toString('utf8')
    at += bytesRead
  }
}
