import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { FAMILIES, familyOf, sourceOf } from '../../../examples/quickstart/families.ts'
import { recordingsFolder } from '../../../examples/quickstart/recordings.ts'

export const allFiles = readdirSync(recordingsFolder())
  .filter((file) => file.endsWith('.flac'))
  .sort()

/** A folder with the two smallest recordings of each family, each of another source: quick to decode. Gone after the test. */
export function fewRecordings(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'rubato-recordings-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const from = recordingsFolder()
  const size = (file: string) => statSync(path.join(from, file)).size
  for (const family of FAMILIES.keys()) {
    const own = allFiles.filter((file) => familyOf(file) === family).sort((a, b) => size(a) - size(b))
    const apart = own.filter((file, i) => own.findIndex((other) => sourceOf(other) === sourceOf(file)) === i)
    for (const file of apart.slice(0, 2)) symlinkSync(path.join(from, file), path.join(folder, file))
  }
  return folder
}
