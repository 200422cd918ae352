import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'

// What a user does: npm pack, npm install, npx rubato. Needs the registry.

const ROOT = path.resolve(import.meta.dirname, '..', '..')
const run = promisify(execFile)
const hasRegistry = spawnSync('npm', ['ping'], { timeout: 20_000 }).status === 0
if (!hasRegistry) console.warn('SKIPPED: the npm registry is out of reach, so the package was not installed by npm.')

describe.skipIf(!hasRegistry)('npm install of the packed package', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'rubato-install-'))
  afterAll(() => rmSync(home, { recursive: true, force: true }), 120_000) // a thousand small files, on a busy disk

  it('gives a command that runs and finds the machine ready', async () => {
    const packed = await run('npm', ['pack', '--json', '--pack-destination', home], { cwd: ROOT })
    const tarball = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('['))) as { filename: string }[]
    writeFileSync(path.join(home, 'package.json'), '{ "private": true, "type": "module" }')
    const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' }
    const words = ['install', '--prefer-offline', '--no-audit', '--no-fund', path.join(home, tarball[0]!.filename)]
    await run('npm', words, { cwd: home, env })
    const help = await run('npx', ['rubato', '--help'], { cwd: home })
    expect(help.stdout).toContain('Trains audio-language models with rubrics.')
    const doctor = await run('npx', ['rubato', 'doctor', '--json'], { cwd: home })
    const findings = JSON.parse(doctor.stdout) as { what: string; state: string }[]
    expect(findings.filter(({ state }) => state === 'failed')).toEqual([])
    const doors = `for (const door of ['rubato', 'rubato/audio', 'rubato/models', 'rubato/rubrics']) await import(door)`
    await run(process.execPath, ['--input-type=module', '--eval', doors], { cwd: home })
  }, 300_000)
})
