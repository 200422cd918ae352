import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { lockRun } from '../../../src/runs/lock.ts'
import { folderWith } from '../temporary.ts'

const fileIn = (run: string) => path.join(run, 'run.lock')

it('keeps a folder to one holder until it is given back', () => {
  const run = folderWith()
  const release = lockRun(run)
  expect(() => lockRun(run)).toThrow(`process ${process.pid} is writing this run`)
  release()
  expect(existsSync(fileIn(run))).toBe(false)
  lockRun(run)()
})

it.each([
  ['is gone', () => JSON.stringify({ pid: spawnSync(process.execPath, ['-e', '']).pid, host: hostname() })],
  ['was killed while it wrote', () => '{"pid": 12'],
])('takes over from a process that %s', (_, content) => {
  const run = folderWith()
  writeFileSync(fileIn(run), content())
  lockRun(run)()
  expect(existsSync(fileIn(run))).toBe(false)
})

it('believes that a process of another machine lives', () => {
  const run = folderWith()
  writeFileSync(fileIn(run), JSON.stringify({ pid: 1, host: 'elsewhere' }))
  expect(() => lockRun(run)).toThrow(/process 1 on elsewhere .* delete .*run\.lock/)
})
