import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { RunError, UsageError } from '../errors.ts'
import { BudgetSpent } from '../judge/error.ts'
import { type Progress, silentProgress } from '../progress/index.ts'
import { jsonLinesFile } from '../runs/jsonLinesFile.ts'
import { type Drop, droppedOf, type FilterReport, lineWriter } from './filter.ts'
import { type BadLine, isBad, type LineRecord, records } from './records.ts'

export interface TransformOptions {
  readonly inputs: readonly string[]
  readonly out: string
  readonly dropped?: string
  /** Records that are worked on at once. */
  readonly concurrency: number
  /** Everything that changes what is made of a record: going on under other settings is refused. */
  readonly settings: unknown
  readonly progress?: Progress
  readonly signal?: AbortSignal
}

/** What becomes of a record: lines to keep (none is allowed), or why it is left out. */
export type Made = { readonly keep: readonly object[] } | { readonly drop: Drop }

export interface TransformReport extends Omit<FilterReport, 'bytes'> {
  /** Records that were done before this call. */
  readonly resumed: number
}

/**
 * Makes something of every record, many at once, and writes what came of it in the order of the input. What is done is on
 * disk at once, in `out.part`; a call that was stopped, killed or out of budget goes on there when it is made again.
 *
 * @throws RunError when it was stopped; BudgetSpent; UsageError when the part was begun under other settings or inputs
 */
export async function transformLines(
  options: TransformOptions,
  work: (record: LineRecord, signal: AbortSignal) => Promise<Made>,
): Promise<TransformReport> {
  const { inputs, out, concurrency, progress = silentProgress } = options
  const { signal = new AbortController().signal } = options
  const droppedFile = options.dropped ?? droppedOf(out)
  const started = performance.now()
  for (const file of inputs) {
    if ([out, droppedFile].some((written) => path.resolve(written) === path.resolve(file))) {
      throw new UsageError(`${file}: is read and written. Name another file with --out.`)
    }
  }
  let total = 0
  for (const file of inputs) for await (const _ of records(file)) total++ // a missing file is told before a part is begun
  await mkdir(path.dirname(path.resolve(out)), { recursive: true })
  const part = `${out}.part`
  const resumed = await begin(part, options)
  progress.stage('records', total, resumed)

  // A stop of ours, for when a record fails for good: the others are not worth waiting for.
  const stop = new AbortController()
  const follow = () => stop.abort(signal.reason)
  signal.addEventListener('abort', follow, { once: true })
  if (signal.aborted) follow()
  const under: Promise<Line>[] = []
  let done = resumed
  let failed: unknown
  async function take(): Promise<void> {
    const line = await under.shift()!
    appendFileSync(part, `${JSON.stringify(line)}\n`)
    progress.update(++done)
  }
  try {
    let seen = 0
    for await (const record of everyRecord(inputs)) {
      if (seen++ < resumed) continue
      const made = madeOf(record, work, stop.signal)
      made.catch(() => {}) // heard of when its turn comes
      under.push(made)
      if (under.length >= concurrency) await take()
    }
    while (under.length > 0) await take()
  } catch (error) {
    failed = error
    if (!(error instanceof BudgetSpent)) stop.abort(error)
    await Promise.allSettled(under) // what is under way is paid for, and in the cache when it ends
  } finally {
    signal.removeEventListener('abort', follow)
  }
  const kept = `${done} of ${total} records are done, in ${part}; the same command goes on from there.`
  if (signal.aborted) throw new RunError(`stopped. ${kept}`)
  if (failed instanceof BudgetSpent) throw new BudgetSpent(`${failed.message} ${kept}`)
  if (failed !== undefined) throw failed
  const report = await split(part, out, droppedFile)
  rmSync(part)
  return { ...report, read: total, resumed, seconds: (performance.now() - started) / 1000, out, droppedFile }
}

type Line = { readonly keep: readonly object[] } | { readonly drop: object }

async function madeOf(
  record: LineRecord | BadLine,
  work: (record: LineRecord, signal: AbortSignal) => Promise<Made>,
  signal: AbortSignal,
): Promise<Line> {
  const { file, line } = record
  if (isBad(record)) return { drop: { reason: 'unreadable', problem: record.problem, file, line, raw: record.raw } }
  signal.throwIfAborted()
  const made = await work(record, signal)
  return 'keep' in made ? made : { drop: { ...made.drop, file, line, record: record.value } }
}

async function* everyRecord(inputs: readonly string[]): AsyncGenerator<LineRecord | BadLine> {
  for (const file of inputs) yield* records(file)
}

/** Opens the part, and returns how many records are done in it. */
async function begin(part: string, { inputs, settings }: TransformOptions): Promise<number> {
  const print = createHash('sha256')
    .update(JSON.stringify([inputs, settings]))
    .digest('hex')
    .slice(0, 16)
  if (!existsSync(part)) {
    appendFileSync(part, `${JSON.stringify({ begun: print })}\n`)
    return 0
  }
  jsonLinesFile(part) // completes or drops a line that was cut off
  let lines = 0
  for await (const record of records(part)) {
    if (lines++ > 0) continue
    if (!isBad(record) && record.value.begun === print) continue
    throw new UsageError(
      `${part}: was begun with other settings or inputs. Go on with those, delete it, or name another --out.`,
    )
  }
  if (lines > 0) return lines - 1
  appendFileSync(part, `${JSON.stringify({ begun: print })}\n`)
  return 0
}

/** Writes what is kept and what is dropped as files of their own, whole or not there. */
async function split(part: string, out: string, droppedFile: string) {
  const [kept, left] = [lineWriter(`${out}.tmp`), lineWriter(`${droppedFile}.tmp`)]
  const dropped: Record<string, number> = {}
  let nKept = 0
  for await (const record of records(part)) {
    if (isBad(record) || 'begun' in record.value) continue
    const made = record.value as unknown as Line
    if ('keep' in made) {
      for (const value of made.keep) {
        nKept++
        await kept.write(JSON.stringify(value))
      }
      continue
    }
    const { reason } = made.drop as { reason: string }
    dropped[reason] = (dropped[reason] ?? 0) + 1
    await left.write(JSON.stringify(made.drop))
  }
  await Promise.all([kept.end(), left.end()])
  renameSync(`${out}.tmp`, out)
  renameSync(`${droppedFile}.tmp`, droppedFile)
  return { kept: nKept, dropped }
}
