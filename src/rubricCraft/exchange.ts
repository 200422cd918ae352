import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  loadRubric,
  parseHealthBench,
  type Rubric,
  stringifyHealthBench,
  stringifyRubric,
} from '../../rubrics/index.ts'
import { isMissingFile, shortPath, UsageError } from '../errors.ts'
import { exportPromptfoo } from './promptfoo/exportPromptfoo.ts'
import { importPromptfoo } from './promptfoo/importPromptfoo.ts'

export const FORMATS = ['healthbench', 'promptfoo'] as const
export type Format = (typeof FORMATS)[number]

export interface ImportedFiles {
  /** Paths of the rubrics that were written. */
  readonly written: readonly string[]
  /** What could not be taken over, one line each. */
  readonly left: readonly string[]
}

/**
 * Writes the rubrics of a HealthBench file (JSON lines; RuscaRL's rows too) or of a promptfoo configuration as YAML, one file
 * each, named after the rubric.
 *
 * @param options.from  told by the ending when left out: `.jsonl` is HealthBench, the rest promptfoo
 * @throws UsageError for a file that is there already, and for what cannot be read
 */
export async function importRubrics(
  file: string,
  options: { from?: Format; folder: string; overwrite?: boolean },
): Promise<ImportedFiles> {
  const { from = /\.(jsonl|ndjson)$/i.test(file) ? 'healthbench' : 'promptfoo', folder, overwrite = false } = options
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isMissingFile(error)) throw new UsageError(`${shortPath(file)}: no such file. Check the path.`)
    throw error
  })
  const { rubrics, left } =
    from === 'healthbench'
      ? { rubrics: parseHealthBench(text, { file: shortPath(file) }).map(({ rubric }) => rubric), left: [] }
      : importPromptfoo(text, { file: shortPath(file) })
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

/** Rubrics in another format, and what that format cannot hold, one line each. */
export async function exportRubrics(
  names: readonly string[],
  to: Format,
): Promise<{ text: string; left: readonly string[] }> {
  const rubrics: Rubric[] = await Promise.all(names.map((name) => loadRubric(name)))
  return to === 'promptfoo' ? exportPromptfoo(rubrics) : { text: healthBench(rubrics), left: [] }
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
