import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

/**
 * Python with the reference implementations, and where unpacked packages of weights lie: `RUBATO_REFERENCE` names a folder
 * that holds `venv/` and `weights/`; scripts/testReal.sh makes it.
 */
const home = process.env.RUBATO_REFERENCE ?? ''
const python = path.join(home, 'venv/bin/python')
const script = path.join(import.meta.dirname, 'reference.py')

/** Whether the reference can be asked: Python is there and has these modules. */
export const hasReference = (...modules: readonly string[]): boolean =>
  home !== '' && spawnSync(python, ['-c', modules.map((name) => `import ${name}`).join(';')]).status === 0

/** A file or folder of the unpacked packages; undefined when it is not there. */
export function weights(name: string): string | undefined {
  const file = path.join(home, 'weights', name)
  return home !== '' && existsSync(file) ? file : undefined
}

/** Asks test/real/reference.py, which says what can be asked. */
export function ask<T>(request: Readonly<Record<string, unknown>>): T {
  const input = JSON.stringify(request)
  const out = execFileSync(python, [script], { input, maxBuffer: 2 ** 28, stdio: ['pipe', 'pipe', 'ignore'] })
  return JSON.parse(out.toString('utf8')) as T
}
