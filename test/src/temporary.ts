import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

type Files = Readonly<Record<string, string | Uint8Array>>

/** A folder that holds the given files and is gone after the test. */
export function folderWith(files: Files = {}): string {
  const folder = folderToRemove(files)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A folder that holds the given files; hooks and concurrent tests remove it themselves. */
export function folderToRemove(files: Files = {}): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'rubato-test-'))
  for (const [name, data] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), data)
  }
  return folder
}

export const jsonLines = (...records: unknown[]): string => records.map((r) => `${JSON.stringify(r)}\n`).join('')
