import { createWriteStream, existsSync } from 'node:fs'
import { access, mkdir, open, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import { unknownName } from '../../../rubrics/index.ts'
import { isMissingFile, shortPath, UsageError } from '../../errors.ts'
import { InvalidSample, parseSample } from '../parseSample.ts'
import type { ImportedLine, Importer, ImportOptions } from './importer.ts'
import { importers } from './importers.ts'
import { transcriptsBelow } from './libriSpeech.ts'

export interface ImportDataOptions extends ImportOptions {
  /** A file, or a folder where the format has one. */
  readonly source: string
  /** One of `importers`; told by the source when left out. */
  readonly from?: string
  /** File of JSON lines to write; clips are named relative to it. */
  readonly out: string
  /** Whether clips must exist (true): a line without its clip is bad. */
  readonly checkAudio?: boolean
}

export interface ImportSummary {
  readonly format: string
  readonly file: string
  readonly lines: number
  /** Lines by task. */
  readonly tasks: Readonly<Record<string, number>>
  readonly bad: readonly { readonly file: string; readonly line: number; readonly reason: string }[]
}

/**
 * Writes a data set of another form as JSON lines that recipes read. What cannot be used is left out, counted and given
 * back with its line: no audio, no text, a language without a tag, a broken row.
 *
 * @throws UsageError for a source that is not there or of no known form, when `out` exists, and when no line is good
 */
export async function importData(options: ImportDataOptions): Promise<ImportSummary> {
  const { source, out, checkAudio = true } = options
  if (existsSync(out)) throw new UsageError(`${out}: exists already. Name another file with --out.`)
  const importer = await importerOf(source, options.from)
  const folder = path.dirname(path.resolve(out))
  const bad: ImportSummary['bad'][number][] = []
  const tasks: Record<string, number> = {}
  const ids = new Set<string>()
  const good: string[] = []
  for await (const row of importer.read(source, options)) {
    const file = shortPath(row.file ?? source)
    if ('problem' in row) {
      bad.push({ file, line: row.line, reason: row.problem })
      continue
    }
    for (const line of row.lines) {
      const reason = await faultOf(line, ids, checkAudio)
      if (reason !== null) {
        bad.push({ file, line: row.line, reason })
        continue
      }
      if (line.id !== undefined) ids.add(line.id)
      const name = nameOfTask(line)
      tasks[name] = (tasks[name] ?? 0) + 1
      good.push(`${JSON.stringify(relative(line, folder))}\n`)
    }
  }
  if (good.length === 0) {
    const [first] = bad
    const why = first ? `; the first of ${bad.length} is line ${first.line}: ${first.reason}` : ''
    throw new UsageError(`${shortPath(source)}: no line of it can be used${why}`)
  }
  await mkdir(folder, { recursive: true })
  const stream = createWriteStream(out)
  for (const line of good) stream.write(line)
  stream.end()
  await finished(stream)
  return { format: importer.name, file: out, lines: good.length, tasks, bad }
}

const nameOfTask = ({ task }: ImportedLine): string =>
  typeof task === 'string' ? task : ((task as { name?: string } | undefined)?.name ?? 'conversation')

/** What a recipe would refuse of a line, said now. */
async function faultOf(line: ImportedLine, ids: ReadonlySet<string>, checkAudio: boolean): Promise<string | null> {
  if (line.id !== undefined && ids.has(line.id)) return `id "${line.id}" comes twice.`
  try {
    parseSample(line, { folder: '', id: 'line' })
  } catch (error) {
    if (error instanceof InvalidSample) return error.message
    throw error
  }
  if (!checkAudio) return null
  for (const clip of clipsOf(line)) {
    const isThere = await access(clip).then(
      () => true,
      () => false,
    )
    if (!isThere) return `there is no clip ${shortPath(clip)}.`
  }
  return null
}

interface Part {
  readonly type: string
  readonly path: string
}
const partsOf = (message: object): readonly Part[] => {
  const { content } = message as { content: unknown }
  return Array.isArray(content) ? content : []
}
const isFile = ({ type, path: place }: Part) => type === 'audio' && !/^(?:https?|data):/.test(place)
const clipsOf = ({ messages }: ImportedLine): string[] =>
  messages.flatMap((message) =>
    partsOf(message)
      .filter(isFile)
      .map(({ path: place }) => place),
  )

/** The line with clips named from the file's folder. */
function relative(line: ImportedLine, folder: string): object {
  const messages = line.messages.map((message) => {
    const parts = partsOf(message)
    if (parts.length === 0) return message
    return {
      ...message,
      content: parts.map((part) => (isFile(part) ? { ...part, path: path.relative(folder, part.path) } : part)),
    }
  })
  return { ...line, messages }
}

/** Characters of a file that tell its form. */
const HEAD = 4096

async function importerOf(source: string, from: string | undefined): Promise<Importer> {
  const names = importers.map(({ name }) => name)
  const found = await stat(source).catch((error: unknown) => {
    throw isMissingFile(error) ? new UsageError(`${shortPath(source)}: no such file or folder.`) : error
  })
  if (from !== undefined) {
    const named = importers.find(({ name }) => name === from)
    if (named) return named
    throw new UsageError(unknownName(`format "${from}"`, from, names))
  }
  if (found.isDirectory()) {
    if ((await transcriptsBelow(source)).length > 0) return importers.find(({ name }) => name === 'librispeech')!
    const aligned = importers.find(({ name }) => name === 'word-times')!
    if ((await readdir(source)).some((name) => aligned.isMine(name, ''))) return aligned
  } else {
    const head = await headOf(source)
    const mine = importers.find((importer) => importer.isMine(source, head))
    if (mine) return mine
  }
  throw new UsageError(
    `${shortPath(source)}: no form that is known by its looks. Name one with --from: ${names.join(', ')}.`,
  )
}

async function headOf(file: string): Promise<string> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}
