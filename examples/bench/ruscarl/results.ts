import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { ArmResult } from './runArm.ts'

/** The results of earlier calls and of this one; a line each, so that a bench that was stopped goes on where it was. */
export interface Results {
  find(of: Pick<ArmResult, 'ground' | 'arm' | 'seed' | 'settings'>): ArmResult | undefined
  add(result: ArmResult): void
}

export function openResults(file: string): Results {
  mkdirSync(path.dirname(file), { recursive: true })
  const key = ({ ground, arm, seed, settings }: Pick<ArmResult, 'ground' | 'arm' | 'seed' | 'settings'>) =>
    [ground, arm, seed, settings].join('\t')
  const known = new Map(existsSync(file) ? linesOf(file).map((result) => [key(result), result]) : [])
  return {
    find: (of) => known.get(key(of)),
    add(result) {
      // After a line that was cut off, this one would be no line of its own.
      const begin = existsSync(file) && !/(^|\n)$/.test(readFileSync(file, 'utf8')) ? '\n' : ''
      appendFileSync(file, `${begin}${JSON.stringify(result)}\n`)
      known.set(key(result), result)
    },
  }
}

/** Whole lines only: one that was being written when the bench was killed is no result. */
const linesOf = (file: string): ArmResult[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as ArmResult]
      } catch {
        return []
      }
    })
