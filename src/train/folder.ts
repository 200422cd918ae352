import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { UsageError } from '../errors.ts'
import { type Recipe, stringifyRecipe } from '../recipe/index.ts'
import { checkFree, createRun, freshRunPath, latestRunPath, lockRun, openRun, type RunFolder } from '../runs/index.ts'

/** Where a run is to be, and whether it goes on with one that is there. */
export interface FolderOptions {
  /** Goes on with the newest run of the recipe's name. */
  readonly resume?: boolean
  /** Where runs are kept (`runs`), or the very folder of this one. */
  readonly runsFolder?: string
  readonly runFolder?: string
}

/** A run's place; `close` frees it for other processes. */
export interface ReservedFolder {
  open(): RunFolder
  close(): void
}

/**
 * Checks now that the run has a place, and makes it when opened: a call that is wrong otherwise leaves no folder.
 *
 * @throws UsageError when the folder is taken, there is nothing to go on with, or it was begun by another recipe
 */
export function reserveFolder(options: FolderOptions, recipe: Recipe): ReservedFolder {
  const { resume, runFolder, runsFolder = 'runs' } = options
  let unlock = () => {}
  const close = () => unlock()
  if (!resume) {
    const folder = runFolder ?? freshRunPath(runsFolder, recipe.name)
    checkFree(folder)
    const open = () => {
      const run = createRun(folder, stringifyRecipe(recipe, folder))
      unlock = lockRun(folder)
      return run
    }
    return { open, close }
  }
  const found = runFolder ?? latestRunPath(runsFolder, recipe.name)
  if (!found) throw new UsageError(`${runsFolder}: there is no run "${recipe.name}" to go on with. Leave --resume out.`)
  if (existsSync(found)) unlock = lockRun(found) // before anything in it is repaired
  try {
    const run = openRun(found)
    checkUnchanged(run, stringifyRecipe(recipe, found))
    return { open: () => run, close }
  } catch (error) {
    unlock()
    throw error
  }
}

/** A run that goes on by another recipe would be neither of the two. */
function checkUnchanged({ path: folder }: RunFolder, recipe: string): void {
  const file = path.join(folder, 'recipe.yaml')
  const [before, now] = [readFileSync(file, 'utf8'), recipe].map((text) => text.split('\n'))
  const at = before!.findIndex((line, i) => line !== now![i])
  if (at < 0 && now!.length === before!.length) return
  const [was, is] = [before, now].map((lines) => lines![at]?.trim() ?? 'nothing')
  throw new UsageError(
    `${file}:${at + 1} the recipe has changed since the run began, here from "${was}" to "${is}". Change it back to ` +
      `resume, or begin a new run (with model: ${folder} it starts from this one's weights).`,
  )
}

/** The line that goes on with a run, as a shell takes it. */
export const resumeHint = (recipeFile: string, overrides: readonly string[], run: RunFolder): string =>
  ['rubato', 'train', recipeFile, ...overrides.flatMap((text) => ['--set', text]), '--resume', '--run', run.path]
    .map(shellWord)
    .join(' ')

/** A word as a shell reads it back. */
const shellWord = (word: string): string => (/^[\w./=:,@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
