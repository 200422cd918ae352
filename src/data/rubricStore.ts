import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseRubric, type Rubric } from '../../rubrics/index.ts'
import { isMissingFile, shortPath, UsageError } from '../errors.ts'

/** A path among rubric names is made absolute; a plain name stays, to be looked up. */
export const resolveRubricName = (name: string, folder: string): string =>
  isPath(name) ? path.resolve(folder, name) : name

const isPath = (name: string): boolean => /[\\/]/.test(name) || /\.(ya?ml|json)$/i.test(name)

export interface RubricStore {
  /** @throws UsageError when there is no such rubric, RubricError when its file is wrong */
  get(rubric: string | Rubric): Promise<Rubric>
}

/**
 * Rubrics by name or path, each read once. A name is looked for as `NAME.yaml` in the given folders and their
 * `rubrics/`, then in the library that comes with the package; a path is relative to the first folder.
 */
export function rubricStore(folders: readonly string[]): RubricStore {
  const kept = new Map<string, Promise<Rubric>>()
  const read = async (name: string): Promise<Rubric> => {
    if (isPath(name)) return readRubric(path.resolve(folders[0] ?? '.', name))
    const known: string[] = []
    for (const folder of [...folders.flatMap((folder) => [folder, path.join(folder, 'rubrics')]), library()]) {
      const names = await yamlNames(folder)
      const found = names.find((file) => path.parse(file).name === name)
      if (found !== undefined) return readRubric(path.join(folder, found))
      if (path.basename(folder) === 'rubrics') known.push(...names.map((file) => path.parse(file).name))
    }
    throw new UsageError(
      `rubric "${name}": no such rubric. Write the path of a file${known.length > 0 ? `, or one of ${[...new Set(known)].sort().join(', ')}` : ''}.`,
    )
  }
  return {
    get(rubric) {
      if (typeof rubric !== 'string') return Promise.resolve(rubric)
      const known = kept.get(rubric) ?? read(rubric)
      kept.set(rubric, known)
      return known
    },
  }
}

async function readRubric(file: string): Promise<Rubric> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw isMissingFile(error) ? new UsageError(`${file}: no such rubric file.`) : error
  })
  return parseRubric(text, { file: shortPath(file) })
}

async function yamlNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissingFile(error)) return []
    throw error
  })
  return names.filter((name) => /\.(ya?ml|json)$/i.test(name))
}

/** `rubrics/` of the package: two folders up from the sources, three from `dist/`. */
function library(): string {
  const here = path.dirname(fileURLToPath(import.meta.url))
  const root = path.resolve(here, '../..')
  return path.join(path.basename(root) === 'dist' ? path.dirname(root) : root, 'rubrics')
}
