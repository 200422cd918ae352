import { once } from 'node:events'
import { createWriteStream, renameSync, rmSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import { RunError, UsageError } from '../errors.ts'
import { type Progress, silentProgress } from '../progress/index.ts'
import { isBad, type LineRecord, records } from './records.ts'

/** Why a record is left out; `reason` is counted, the rest is for people to check it. */
export interface Drop {
  readonly reason: string
  readonly [detail: string]: unknown
}

export interface FilterOptions {
  readonly inputs: readonly string[]
  /** File that kept lines are written to, byte for byte as they were. */
  readonly out: string
  /** File of what was dropped and why, one JSON object a line; `out` with `.dropped` before its ending when left out. */
  readonly dropped?: string
  readonly progress?: Progress
  readonly signal?: AbortSignal
}

export interface FilterReport {
  readonly read: number
  readonly kept: number
  /** Dropped records by reason; `unreadable` are lines that hold no JSON object. */
  readonly dropped: Readonly<Record<string, number>>
  readonly bytes: number
  readonly seconds: number
  readonly out: string
  readonly droppedFile: string
}

/**
 * Reads JSON lines as a stream, keeps or drops each, and writes two files, which are whole or not there.
 *
 * @param decide  null to keep a record; may rewrite it by returning a string, the new line
 * @throws UsageError when an input is also an output; RunError when it was stopped
 */
export async function filterLines(
  options: FilterOptions,
  decide: (record: LineRecord) => Drop | string | null | Promise<Drop | string | null>,
): Promise<FilterReport> {
  const { inputs, out, progress = silentProgress, signal } = options
  const droppedFile = options.dropped ?? droppedOf(out)
  for (const file of inputs) {
    if ([out, droppedFile].some((written) => path.resolve(written) === path.resolve(file))) {
      throw new UsageError(`${file}: is read and written. Name another file with --out.`)
    }
  }
  const started = performance.now()
  const total = (await Promise.all(inputs.map(sizeOf))).reduce((sum, size) => sum + size, 0)
  const megabytes = (bytes: number) => Math.floor(bytes / 2 ** 20)
  await mkdir(path.dirname(path.resolve(out)), { recursive: true })
  const [kept, left] = [lineWriter(`${out}.part`), lineWriter(`${droppedFile}.part`)]
  const counts: Record<string, number> = {}
  let [read, nKept, before] = [0, 0, 0]
  progress.stage('megabytes', Math.max(1, megabytes(total)))
  try {
    for (const [i, file] of inputs.entries()) {
      for await (const record of records(file)) {
        read++
        if (read % 4096 === 0) {
          if (signal?.aborted) throw new RunError(`stopped after ${read} records; nothing was written.`)
          if (!isBad(record)) progress.update(Math.min(megabytes(total), megabytes(before + record.offset)))
        }
        const verdict = isBad(record) ? { reason: 'unreadable', problem: record.problem } : await decide(record)
        if (verdict === null || typeof verdict === 'string') {
          nKept++
          await kept.write(verdict ?? record.raw)
          continue
        }
        counts[verdict.reason] = (counts[verdict.reason] ?? 0) + 1
        const { line } = record
        await left.write(
          JSON.stringify({
            ...verdict,
            file,
            line,
            ...('value' in record ? { record: record.value } : { raw: record.raw }),
          }),
        )
      }
      before += await sizeOf(inputs[i]!)
    }
    await Promise.all([kept.end(), left.end()])
    renameSync(`${out}.part`, out)
    renameSync(`${droppedFile}.part`, droppedFile)
  } catch (error) {
    await Promise.allSettled([kept.end(), left.end()])
    for (const file of [out, droppedFile]) rmSync(`${file}.part`, { force: true })
    throw error
  }
  const seconds = (performance.now() - started) / 1000
  return { read, kept: nKept, dropped: counts, bytes: total, seconds, out, droppedFile }
}

/** `clean.jsonl` → `clean.dropped.jsonl`. */
export const droppedOf = (out: string): string => {
  const { dir, name, ext } = path.parse(out)
  return path.join(dir, `${name}.dropped${ext}`)
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch {
    throw new UsageError(`${file}: no such file.`)
  }
}

export interface LineWriter {
  write(line: string): Promise<void> | undefined
  end(): Promise<void>
}

/** Writes lines as fast as the disk takes them, in blocks. */
export function lineWriter(file: string): LineWriter {
  const stream = createWriteStream(file)
  let failed: Error | undefined
  stream.on('error', (error) => {
    failed = error
  })
  let block: string[] = []
  let length = 0
  const flush = (): Promise<void> | undefined => {
    if (failed) throw failed
    const text = block.join('')
    block = []
    length = 0
    if (text === '' || stream.write(text)) return undefined
    return once(stream, 'drain').then(() => undefined) // rejects on an error, and leaves no listener behind
  }
  return {
    write(line) {
      block.push(line, '\n')
      length += line.length + 1
      return length > 2 ** 18 ? flush() : undefined
    },
    async end() {
      await flush()
      stream.end()
      await finished(stream)
    },
  }
}
