import { closeSync, existsSync, fsyncSync, lstatSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** Fills `folder` as told; what it leaves behind becomes the content. */
export type FillFolder = (folder: string) => void | Promise<void>

/**
 * Writes a folder so that it is whole or not there, whatever happens in between: `fill` gets a folder aside, whose
 * files are flushed to the disk before one rename puts it in place. A folder already at `path` is replaced; it is
 * moved aside first, since no system call swaps two folders everywhere, so for an instant there may be none at `path`
 * but the old one is whole beside it, and the next call puts it back if this one was killed there.
 *
 * What a killed call left aside is cleared by the next one for the same `path`; two at once for one path are not meant
 * to be. If `fill` throws, nothing has changed, and its error is passed on.
 *
 * @example await writeFolderAtomically('checkpoints/step-100', (folder) => writeSafetensors(join(folder, 'model.safetensors'), weights))
 */
export async function writeFolderAtomically(path: string, fill: FillFolder): Promise<void> {
  const target = resolve(path)
  const parent = dirname(target)
  const { aside, replaced } = besides(target)
  await mkdir(parent, { recursive: true })
  recoverFolder(target)
  try {
    await mkdir(aside)
    await fill(aside)
    flush(aside)
    if (exists(target)) renameSync(target, replaced)
    renameSync(aside, target)
    flushFolder(parent)
  } catch (error) {
    recoverFolder(target)
    throw error
  }
  rmSync(replaced, { recursive: true, force: true })
}

/**
 * Ends what a killed `writeFolderAtomically` for this path began: puts the replaced folder back if it was killed
 * between its two renames, and clears what lies aside. Call it before reading a folder that may be replaced.
 */
export function recoverFolder(path: string): void {
  const target = resolve(path)
  const { aside, replaced } = besides(target)
  if (!exists(target) && exists(replaced)) renameSync(replaced, target)
  rmSync(aside, { recursive: true, force: true })
  rmSync(replaced, { recursive: true, force: true })
}

/** `recoverFolder` for every folder in `parent`; only while nobody writes there. Nothing if there is no such parent. */
export function recoverFolders(parent: string): void {
  if (!existsSync(parent)) return
  const names = readdirSync(parent).flatMap((name) => /^\.(.+)\.(?:aside|replaced)$/.exec(name)?.[1] ?? [])
  for (const name of new Set(names)) recoverFolder(join(parent, name))
}

function besides(target: string): { aside: string; replaced: string } {
  const hidden = join(dirname(target), `.${basename(target)}`)
  return { aside: `${hidden}.aside`, replaced: `${hidden}.replaced` }
}

/** Whether there is an entry, even a link that leads nowhere. */
const exists = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined

/** Flushes every file below a folder, then the folders from the inside out, so that no entry precedes its content. */
function flush(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) flush(path)
    else if (entry.isFile()) flushFile(path)
  }
  flushFolder(folder)
}

function flushFile(path: string): void {
  const descriptor = openSync(path, process.platform === 'win32' ? 'r+' : 'r') // Windows flushes only what it may write
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Some systems open no folder (Windows) or cannot flush one (network file systems); its files are flushed all the same. */
function flushFolder(path: string): void {
  try {
    const descriptor = openSync(path, 'r')
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (process.platform !== 'win32' && !['EINVAL', 'ENOTSUP'].includes(code)) throw error
  }
}
