import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The results of earlier calls and of this one; a line each, so that a bench that was stopped goes on where it was. */
export interface Results<R, K extends keyof R> {
  find(of: Pick<R, K>): R | undefined
  add(result: R): void
}

/** @param keys  what a result is known by; of several with one key the last counts */
export function openResults<R extends object, K extends keyof R>(file: string, keys: readonly K[]): Results<R, K> {
  mkdirSync(path.dirname(file), { recursive: true })
  const keyOf = (of: Pick<R, K>) => keys.map((key) => String(of[key])).join('\t')
  const known = new Map(existsSync(file) ? wholeLines<R>(file).map((result) => [keyOf(result), result]) : [])
  return {
    find: (of) => known.get(keyOf(of)),
    add(result) {
      // After a line that was cut off, this one would be no line of its own.
      const begin = existsSync(file) && !/(^|\n)$/.test(readFileSync(file, 'utf8')) ? '\n' : ''
      appendFileSync(file, `${begin}${JSON.stringify(result)}\n`)
      known.set(keyOf(result), result)
    },
  }
}

/** Whole lines only: one that was being written when the bench was killed is no result. */
const wholeLines = <R>(file: string): R[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as R]
      } catch {
        return []
      }
    })
