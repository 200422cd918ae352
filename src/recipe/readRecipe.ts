import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { stringify } from 'yaml'
import { z } from 'zod'
import { checkYaml, pathText } from '../../rubrics/index.ts'
import { resolveRubricName } from '../data/rubricStore.ts'
import { isMissingFile, shortPath, UsageError } from '../errors.ts'
import { applyOverrides, type Override, parseOverride } from './overrides.ts'
import { type Recipe, recipeSchema } from './recipe.ts'
import { stageKinds } from './stages/index.ts'

/**
 * The recipe in a YAML or JSON file, with defaults filled in and paths made absolute (they are relative to the file).
 *
 * @param overrides `path=value`, as `--set` takes them
 * @throws UsageError with one line a fault: `recipe.yaml:14 stages[1].rl.grup: unknown key. Did you mean "group"?`
 */
export async function readRecipe(file: string, overrides: readonly string[] = []): Promise<Recipe> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw isMissingFile(error) ? new UsageError(`${file}: no such recipe.`) : error
  })
  return parseRecipe(text, { file, overrides })
}

/** The recipe in a text; `file` is where it stands, for its errors and its relative paths. */
export function parseRecipe(text: string, options: { file: string; overrides?: readonly string[] }): Recipe {
  const overrides = (options.overrides ?? []).map(parseOverride)
  const schema = z.preprocess((value) => applyOverrides(value, overrides), recipeSchema)
  const file = shortPath(options.file)
  const checked = checkYaml(schema, text, { file })
  if (!checked.ok) throw new UsageError(checked.problems.map((line) => blame(line, file, overrides)).join('\n'))
  const folder = path.dirname(path.resolve(options.file))
  return mapPaths(checked.value, (value, key) => absolute(value, key, folder))
}

/** A recipe as YAML that `parseRecipe` reads back unchanged from a file in `folder`. */
export function stringifyRecipe(recipe: Recipe, folder: string): string {
  const written = mapPaths(recipe, (value) => (path.isAbsolute(value) ? path.relative(folder, value) : value))
  const stages = written.stages.map(({ kind, ...options }) => ({ [kind]: options }))
  return stringify({ ...written, stages }, { lineWidth: 120 })
}

/** A fault in what an override set is the override's, not the file's. */
function blame(line: string, file: string, overrides: readonly Override[]): string {
  const said = new RegExp(`^${literal(file)}:\\d+ `).exec(line)
  if (said === null) return line
  const rest = line.slice(said[0].length)
  const own = overrides.findLast(({ path }) => new RegExp(`^${literal(pathText(path))}[.[:]`).test(rest))
  return own === undefined ? line : `--set ${own.text}: ${rest.slice(rest.indexOf(': ') + 2)}`
}

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Keys under which a recipe names files, whatever the stage. */
const FILE_KEYS = ['path', 'rubric', 'model', 'tokenizer']

function mapPaths<T>(value: T, change: (file: string, key: string) => string): T {
  if (Array.isArray(value)) return value.map((item: unknown) => mapPaths(item, change)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => [
      key,
      typeof item === 'string' && FILE_KEYS.includes(key) ? change(item, key) : mapPaths(item, change),
    ]),
  ) as T
}

function absolute(value: string, key: string, folder: string): string {
  if (key === 'path') return path.resolve(folder, value)
  if (key === 'rubric') return resolveRubricName(value, folder)
  // `owner/name` is a folder when there is one, else a name on the hub.
  const local = path.resolve(folder, value)
  return /^[./~]|^[A-Za-z]:/.test(value) || existsSync(local) ? local : value
}

/** JSON Schema of the recipe file, for editors; published as `docs/recipe.schema.json`. */
export function recipeJsonSchema(): object {
  const schema = z.toJSONSchema(recipeSchema, {
    io: 'input',
    target: 'draft-7',
    override({ jsonSchema }) {
      // zod's bound on every whole number; it says nothing to a person.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    },
  })
  const kinds = stageKinds.map(({ kind }) => kind).join(', ')
  return { title: 'Rubato recipe', description: `A training run of Rubato; stages: ${kinds}.`, ...schema }
}
