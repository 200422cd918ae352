import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unknownName } from './issueLine.ts'
import { RubricError } from './rubricError.ts'
import { parseRubric, type Rubric } from './schema.ts'

/** Beside this file in the sources; in the package the YAML stays there and the compiled code lies in dist/rubrics. */
const FOLDERS = ['.', '../../rubrics'].map((folder) => fileURLToPath(new URL(folder, import.meta.url)))

/** Names of the rubrics that come with the library, sorted. */
export const libraryRubrics = (): string[] =>
  readdirSync(libraryFolder())
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort()

/**
 * A rubric by the name of one in the library, or by the path of a YAML or JSON file (anything with a slash or such an
 * ending).
 *
 * @param options.folder  what a relative path starts from (the working directory)
 * @throws RubricError for an unknown name, an unreadable file or a faulty rubric
 * @example
 * const rubric = await loadRubric('voice-assistant')
 */
export async function loadRubric(nameOrPath: string, options: { folder?: string } = {}): Promise<Rubric> {
  const isPath = /[/\\]|\.(?:ya?ml|json)$/i.test(nameOrPath)
  if (!isPath && !libraryRubrics().includes(nameOrPath)) {
    throw new RubricError(`rubric "${nameOrPath}": ${unknownName('name', nameOrPath, libraryRubrics())}`)
  }
  const path = isPath ? resolve(options.folder ?? '.', nameOrPath) : resolve(libraryFolder(), `${nameOrPath}.yaml`)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'no such file. Check the path' : `cannot be read (${error.code})`
    throw new RubricError(`${nameOrPath}: ${why}.`)
  })
  return parseRubric(text, { file: nameOrPath })
}

/** Where the library's YAML lies; its examples are in `examples/` below. */
export function libraryFolder(): string {
  const folder = FOLDERS.find((candidate) => existsSync(resolve(candidate, 'voice-assistant.yaml')))
  if (folder === undefined) throw new RubricError('internal: the rubric library is missing from the package.')
  return folder
}
