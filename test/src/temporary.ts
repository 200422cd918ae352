import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder that holds the given files and is gone after the test. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'rubato-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, data] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), data)
  }
  return folder
}

export const jsonLines = (...records: unknown[]): string => records.map((r) => `${JSON.stringify(r)}\n`).join('')
