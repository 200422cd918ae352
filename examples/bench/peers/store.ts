import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Comparison } from './compare.ts'
import type { Kept } from './page.ts'

/**
 * Results that outlive the command, one file each: what is measured is not measured again, so that a command that was cut
 * off goes on where it was. A result is known by what was run under which versions; other sizes measure anew.
 */
export function resultStore(folder: string) {
  mkdirSync(folder, { recursive: true })
  const file = ({ key, sides, rounds }: Comparison, versions: object) => {
    const work = sides.map(({ script, job, missing }) => ({ script, job, missing }))
    const print = createHash('sha256').update(JSON.stringify({ work, rounds, versions })).digest('hex').slice(0, 12)
    return path.join(folder, `${key.replace('/', '-')}-${print}.json`)
  }
  return {
    read(comparison: Comparison, versions: object): Kept | undefined {
      const place = file(comparison, versions)
      return existsSync(place) ? (JSON.parse(readFileSync(place, 'utf8')) as Kept) : undefined
    },
    write(comparison: Comparison, versions: object, kept: Kept): void {
      const place = file(comparison, versions)
      writeFileSync(`${place}.part`, JSON.stringify(kept, null, 2))
      renameSync(`${place}.part`, place)
    },
  }
}
