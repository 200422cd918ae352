import { renameSync, writeFileSync } from 'node:fs'

/** Writes a whole file under another name and puts it in place at once: readers see the old one or the new one. */
export function writeAside(file: string, data: string | Uint8Array): void {
  const aside = `${file}.tmp`
  writeFileSync(aside, data, { flush: true })
  renameSync(aside, file)
}
