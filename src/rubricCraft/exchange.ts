import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  loadRubric,
  parseHealthBench,
  type Rubric,
  stringifyHealthBench,
  stringifyRubric,
} from '../../rubrics/index.ts'
import { loadSamples, promptMessages, rubricStore } from '../data/index.ts'
import { isMissingFile, shortPath, UsageError } from '../errors.ts'
import { exportPromptfoo } from './promptfoo/exportPromptfoo.ts'
import { importPromptfoo } from './promptfoo/importPromptfoo.ts'
import { type RowSource, readParquet, ruscarlRow, writeParquet } from './ruscarlRows.ts'

export const FORMATS = ['healthbench', 'promptfoo', 'ruscarl'] as const
export type Format = (typeof FORMATS)[number]

export interface ImportedFiles {
  /** Paths of the rubrics that were written. */
  readonly written: readonly string[]
  /** What could not be taken over, one line each. */
  readonly left: readonly string[]
}

/**
 * Writes the rubrics of a HealthBench file (JSON lines; RuscaRL's rows too), of RuscaRL's own Parquet files or of a
 * promptfoo configuration as YAML, one file each, named after the rubric.
 *
 * @param options.from  told by the ending when left out: `.jsonl` is HealthBench, `.parquet` RuscaRL, the rest promptfoo
 * @throws UsageError for a file that is there already, and for what cannot be read
 */
export async function importRubrics(
  file: string,
  options: { from?: Format; folder: string; overwrite?: boolean },
): Promise<ImportedFiles> {
  const { from = formatOf(file), folder, overwrite = false } = options
  const bytes = await readFile(file).catch((error: unknown) => {
    if (isMissingFile(error)) throw new UsageError(`${shortPath(file)}: no such file. Check the path.`)
    throw error
  })
  const { rubrics, left } = await readRubrics(bytes, from, shortPath(file))
  await mkdir(folder, { recursive: true })
  const names = new Map<string, number>()
  const written: string[] = []
  for (const rubric of rubrics) {
    const base = fileName(rubric.name)
    const count = (names.get(base) ?? 0) + 1
    names.set(base, count)
    const target = path.join(folder, `${base}${count === 1 ? '' : `-${count}`}.yaml`)
    await writeFile(target, stringifyRubric(rubric, 'yaml'), { flag: overwrite ? 'w' : 'wx' }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
        throw new UsageError(`${shortPath(target)}: is there already. Name another --out, or pass --overwrite.`)
      },
    )
    written.push(target)
  }
  return { written, left }
}

const formatOf = (file: string): Format =>
  /\.(jsonl|ndjson)$/i.test(file) ? 'healthbench' : /\.parquet$/i.test(file) ? 'ruscarl' : 'promptfoo'

async function readRubrics(
  bytes: Buffer,
  from: Format,
  file: string,
): Promise<{ rubrics: readonly Rubric[]; left: readonly string[] }> {
  if (from === 'promptfoo') return importPromptfoo(bytes.toString('utf8'), { file })
  const lines =
    from === 'healthbench'
      ? bytes.toString('utf8')
      : (await readParquet(bytes, file)).map((row) => `${JSON.stringify(named(row))}\n`).join('')
  return { rubrics: parseHealthBench(lines, { file }).map(({ rubric }) => rubric), left: [] }
}

/** RuscaRL's rows have no id of their own; ours keep one in `extra_info.index`. */
function named(row: Record<string, unknown>): object {
  const index = (row.extra_info as { index?: unknown } | undefined)?.index
  return row.prompt_id !== undefined || typeof index !== 'string' ? row : { ...row, prompt_id: index }
}

/**
 * Rubrics in another format, and what that format cannot hold, one line each. RuscaRL's rows may also be made of samples: a name
 * that ends in `.jsonl` is a data file whose samples carry rubrics.
 */
export async function exportRubrics(
  names: readonly string[],
  to: Format,
): Promise<{ text: string | Uint8Array; left: readonly string[] }> {
  if (to === 'ruscarl') {
    const rows = (await Promise.all(names.map(rowSources))).flat().map(ruscarlRow)
    return { text: writeParquet(rows.map(({ row }) => row)), left: rows.flatMap(({ left }) => left) }
  }
  const rubrics: Rubric[] = await Promise.all(names.map((name) => loadRubric(name)))
  return to === 'promptfoo' ? exportPromptfoo(rubrics) : { text: healthBench(rubrics), left: [] }
}

async function rowSources(name: string): Promise<RowSource[]> {
  if (!/\.(jsonl|ndjson)$/i.test(name)) {
    const rubric = await loadRubric(name)
    return [{ id: rubric.name, messages: [], rubric }]
  }
  const { samples } = await loadSamples(name)
  const rubrics = rubricStore()
  return Promise.all(
    samples.map(async (sample) => {
      if (sample.rubric === undefined) throw new UsageError(`${shortPath(name)} "${sample.id}": has no rubric.`)
      const { id, reference } = sample
      const source = { id, messages: promptMessages(sample), rubric: await rubrics.get(sample.rubric) }
      return reference === undefined ? source : { ...source, reference }
    }),
  )
}

/** One line a rubric, with an empty prompt: HealthBench's conversation is not the rubric's. */
const healthBench = (rubrics: readonly Rubric[]): string =>
  stringifyHealthBench(
    rubrics.map((rubric) => ({
      id: rubric.name,
      messages: [],
      rubric,
      line: { prompt_id: rubric.name, prompt: [], example_tags: [], rubrics: [] },
    })),
  )

/** A name as part of a path: no folder, nothing hidden. */
const fileName = (name: string): string =>
  name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replaceAll(/^[.-]+|[.-]+$/g, '') || 'rubric'
