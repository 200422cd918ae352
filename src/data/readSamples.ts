import { access, stat } from 'node:fs/promises'
import path from 'node:path'
import { isMissingFile, shortPath, UsageError } from '../errors.ts'
import { audioPaths } from '../prompts/message.ts'
import type { Asking } from './askSample.ts'
import { findTable, folderLine, tableRows } from './audioFolder.ts'
import { isRemote } from './audioLocation.ts'
import { jsonLines, type Row } from './lines.ts'
import { InvalidSample, parseSample } from './parseSample.ts'
import type { Sample } from './sample.ts'

export interface DataOptions extends Asking {
  /** Reads the samples of these tasks and leaves the others out, counted. */
  readonly tasks?: readonly string[]
  /** What a row that is no sample does: stop with its file and line, or be left out and counted (`refuse`). */
  readonly bad?: 'refuse' | 'skip'
  /** Whether clips on this machine must exist (true): a missing one is found now, not an hour into the run. */
  readonly checkAudio?: boolean
  /** Words asked of every clip of an audio folder whose row asks nothing itself. */
  readonly prompt?: string
  /** Reads no more samples than this. */
  readonly limit?: number
}

/** What became of the rows of a data file. */
export interface DataReport {
  readonly file: string
  samples: number
  readonly skipped: { readonly line: number; readonly reason: string }[]
  /** Columns that are not ours and were left out, with the number of rows that had them. */
  readonly ignored: Record<string, number>
  /** Samples of tasks that were not asked for. */
  otherTasks: number
}

export interface SampleReader extends AsyncIterable<Sample> {
  /** Complete once the samples have been read. */
  readonly report: DataReport
}

/**
 * Samples of a JSON-lines file or an `audiofolder`, read as a stream.
 *
 * Reading throws UsageError (`data/train.jsonl:12 messages[0].role: …`) at a bad row, unless `bad` is `skip`.
 */
export async function readSamples(source: string, options: DataOptions = {}): Promise<SampleReader> {
  const isFolder = await stat(source).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      throw isMissingFile(error) ? new UsageError(`${shortPath(source)}: no such data file.`) : error
    },
  )
  const file = isFolder ? await findTable(source) : source
  const report: DataReport = { file, samples: 0, skipped: [], ignored: {}, otherTasks: 0 }
  const rows = isFolder ? tableRows(file) : jsonLines(file)
  const toLine = isFolder ? (value: unknown) => folderLine(value, options.prompt) : (value: unknown) => value
  return { report, [Symbol.asyncIterator]: () => samplesOf(rows, toLine, report, options) }
}

/** All samples of a data file; see {@link readSamples}. */
export async function loadSamples(
  source: string,
  options: DataOptions = {},
): Promise<{ samples: Sample[]; report: DataReport }> {
  const reader = await readSamples(source, options)
  const samples: Sample[] = []
  for await (const sample of reader) samples.push(sample)
  return { samples, report: reader.report }
}

async function* samplesOf(
  rows: AsyncIterable<Row>,
  toLine: (value: unknown) => unknown,
  report: DataReport,
  { bad = 'refuse', checkAudio = true, limit = Number.POSITIVE_INFINITY, tasks, prompts, seed }: DataOptions,
): AsyncGenerator<Sample> {
  const { file } = report
  const folder = path.dirname(path.resolve(file))
  const lineOfId = new Map<string, number>()
  if (limit <= 0) return
  for await (const row of rows) {
    const { line } = row
    try {
      if ('problem' in row) throw new InvalidSample(row.problem)
      const sample = parseSample(toLine(row.value), {
        folder,
        id: `${path.basename(file)}:${line}`,
        ...(prompts ? { prompts } : {}),
        ...(seed === undefined ? {} : { seed }),
        onIgnored: (key) => {
          report.ignored[key] = (report.ignored[key] ?? 0) + 1
        },
      })
      const first = lineOfId.get(sample.id)
      if (first !== undefined) throw new InvalidSample(`id: "${sample.id}" is the id of line ${first} already.`)
      if (tasks && !tasks.includes(sample.asked?.task ?? '')) {
        report.otherTasks++
        continue
      }
      if (checkAudio) await checkClips(sample)
      lineOfId.set(sample.id, line)
      report.samples++
      yield sample
      if (report.samples >= limit) return
    } catch (error) {
      if (!(error instanceof InvalidSample)) throw error
      if (bad === 'refuse') throw new UsageError(`${shortPath(file)}:${line} ${error.message}`)
      report.skipped.push({ line, reason: error.message })
    }
  }
}

async function checkClips({ messages }: Sample): Promise<void> {
  for (const clip of audioPaths(messages)) {
    if (isRemote(clip)) continue
    await access(clip).catch(() => {
      throw new InvalidSample(`messages: there is no clip ${shortPath(clip)}.`)
    })
  }
}
