import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recoverFolder, recoverFolders, writeFolderAtomically } from '../../../models/checkpoint/atomic.ts'

const root = mkdtempSync(join(tmpdir(), 'atomic-'))
afterAll(() => rmSync(root, { recursive: true }))

describe('writing a folder atomically', () => {
  const parent = join(root, 'plain')
  const target = join(parent, 'step-1')

  it('puts what was filled in place, with folders inside it and nothing left aside', async () => {
    await writeFolderAtomically(target, (folder) => {
      mkdirSync(join(folder, 'adapter'))
      writeFileSync(join(folder, 'adapter', 'weights'), 'one')
    })
    expect(readFileSync(join(target, 'adapter', 'weights'), 'utf8')).toBe('one')
    expect(readdirSync(parent)).toEqual(['step-1'])
  })

  it('replaces the whole folder: a file of the old one does not stay', async () => {
    await writeFolderAtomically(target, async (folder) => writeFileSync(join(folder, 'other'), 'two'))
    expect(readdirSync(target)).toEqual(['other'])
    expect(readdirSync(parent)).toEqual(['step-1'])
  })

  it('leaves the old folder and nothing aside when filling fails, and passes the error on', async () => {
    const fill = (folder: string) => {
      writeFileSync(join(folder, 'half'), 'x')
      throw new Error('disk full')
    }
    await expect(writeFolderAtomically(target, fill)).rejects.toThrow('disk full')
    expect(readdirSync(target)).toEqual(['other'])
    expect(readdirSync(parent)).toEqual(['step-1'])
  })

  it('puts the old folder back when it was moved away and the new one did not arrive', () => {
    mkdirSync(join(parent, '.step-2.replaced'))
    writeFileSync(join(parent, '.step-2.replaced', 'whole'), 'yes')
    mkdirSync(join(parent, '.step-2.aside'))
    mkdirSync(join(parent, '.step-3.aside'))
    recoverFolders(parent)
    expect(readdirSync(parent).sort()).toEqual(['step-1', 'step-2'])
    expect(readdirSync(join(parent, 'step-2'))).toEqual(['whole'])
    recoverFolders(join(parent, 'absent'))
  })
})

const N_FILES = 4
const SIZE = 50_000

/** Writes version 1, 2, 3… of a folder without end; prints each when it is in place. */
const writer = (write: string) => `
  import { mkdirSync, writeFileSync } from 'node:fs'
  import { join } from 'node:path'
  import { writeFolderAtomically } from './atomic.mjs'
  const inPlace = async (path, fill) => { mkdirSync(path, { recursive: true }); fill(path) }
  const target = process.argv[2]
  process.stdout.write('0\\n')
  for (let version = 1; ; version++) {
    await ${write}(target, (folder) => {
      for (let i = 0; i < ${N_FILES}; i++) writeFileSync(join(folder, 'file-' + i), (version + ' ').repeat(${SIZE}))
    })
    process.stdout.write(version + '\\n')
  }`

/** The version of a whole folder, 0 when there is none, 'torn' when it is neither. */
function stateOf(folder: string): number | 'torn' {
  if (!existsSync(folder)) return 0
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  const version = Number.parseInt(texts[0] ?? '', 10)
  const whole = texts.length === N_FILES && texts.every((text) => text === `${version} `.repeat(SIZE))
  return whole ? version : 'torn'
}

async function killWhileWriting(script: string, target: string, milliseconds: number): Promise<number> {
  const child = spawn(process.execPath, [script, target], { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  const closed = once(child, 'close')
  await once(child.stdout, 'data')
  await sleep(milliseconds)
  child.kill('SIGKILL')
  await closed
  return Number(printed.trim().split('\n').at(-1))
}

describe('a writer killed at any moment', () => {
  beforeAll(async () => {
    const entryPoints = [join(import.meta.dirname, '../../../models/checkpoint/atomic.ts')]
    await build({ entryPoints, outfile: join(root, 'atomic.mjs'), format: 'esm', platform: 'node' })
    writeFileSync(join(root, 'atomically.mjs'), writer('writeFolderAtomically'))
    writeFileSync(join(root, 'inPlace.mjs'), writer('inPlace'))
  })

  it('leaves no folder or a whole one, and the next call finds the last one that was finished', async () => {
    let nLeftAside = 0
    for (let i = 0; i < 10; i++) {
      const parent = join(root, `killed-${i}`)
      const target = join(parent, 'checkpoint')
      mkdirSync(parent)
      const finished = await killWhileWriting(join(root, 'atomically.mjs'), target, Math.random() * 40)
      expect(stateOf(target)).not.toBe('torn')
      if (readdirSync(parent).some((name) => name.startsWith('.'))) nLeftAside++
      recoverFolder(target)
      const state = stateOf(target)
      // The writer may have been killed between the rename and saying so.
      expect([finished, finished + 1]).toContain(state)
      expect(readdirSync(parent)).toEqual(state === 0 ? [] : ['checkpoint'])
    }
    expect(nLeftAside).toBeGreaterThan(1) // else the kills came between the writes and showed nothing
  }, 20_000)

  it('is caught by this test when it writes in place', async () => {
    let nTorn = 0
    for (let i = 0; i < 12 && nTorn === 0; i++) {
      const target = join(root, `torn-${i}`)
      await killWhileWriting(join(root, 'inPlace.mjs'), target, Math.random() * 40)
      if (stateOf(target) === 'torn') nTorn++
    }
    expect(nTorn).toBe(1)
  }, 20_000)
})
