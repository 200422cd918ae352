import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { libraryRubrics } from '../rubrics/index.ts'
import { folderToRemove } from './src/temporary.ts'

// The package as npm would publish it, installed where nothing else is: with its own dependencies and no others, no
// TypeScript loader, no sources. Needs no network: what npm would download is linked from here.

const ROOT = path.resolve(import.meta.dirname, '..')
const run = promisify(execFile)
const MINUTE = 60_000 // milliseconds

let home: string // where the package is installed
let files: string[] // of the tarball
const at = (...parts: string[]) => path.join(home, ...parts)

beforeAll(async () => {
  home = folderToRemove()
  const source = at('source')
  mkdirSync(source)
  // Built aside: a run that goes on from dist/ is not disturbed.
  const dist = path.join(source, 'dist')
  const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const build = ['-p', 'tsconfig.build.json', '--outDir', dist, '--tsBuildInfoFile', path.join(dist, '.tsbuildinfo')]
  await run(process.execPath, [tsc, ...build], { cwd: ROOT })
  for (const name of ['package.json', 'README.md', 'LICENSE', 'docs']) {
    if (existsSync(path.join(ROOT, name))) cpSync(path.join(ROOT, name), path.join(source, name), { recursive: true })
  }
  cpSync(path.join(ROOT, 'rubrics'), path.join(source, 'rubrics'), { recursive: true })
  const packed = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', home], { cwd: source })
  const [tarball] = JSON.parse(packed.stdout) as { filename: string; files: { path: string }[] }[]
  files = tarball!.files.map((file) => file.path)

  const modules = at('node_modules')
  const { stdout } = await run('npm', ['ls', '--omit=dev', '--all', '--parseable'], { cwd: ROOT })
  const own = path.join(ROOT, 'node_modules')
  const needed = stdout
    .split('\n')
    .filter((place) => place.startsWith(own) && !path.relative(own, place).includes('node_modules'))
  expect(needed.length).toBeGreaterThan(10)
  for (const place of needed) {
    const target = path.join(modules, path.relative(own, place))
    mkdirSync(path.dirname(target), { recursive: true })
    symlinkSync(place, target)
  }
  mkdirSync(path.join(modules, 'rubato'), { recursive: true })
  await run('tar', ['-xzf', at(tarball!.filename), '--strip-components=1', '-C', path.join(modules, 'rubato')])
  writeFileSync(at('package.json'), '{ "type": "module", "private": true }')
}, 2 * MINUTE)

afterAll(() => rmSync(home, { recursive: true, force: true }))

/** A call of the installed command. */
async function rubato(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const { bin } = JSON.parse(readFileSync(at('node_modules/rubato/package.json'), 'utf8')) as {
    bin: { rubato: string }
  }
  const program = at('node_modules/rubato', bin.rubato)
  return run(process.execPath, [program, ...words], { cwd: home }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    ({ code, stdout, stderr }) => ({ code, out: stdout, err: stderr }),
  )
}

const DOORS = ['rubato', 'rubato/audio', 'rubato/models', 'rubato/rubrics', 'rubato/vitest']

describe('the package', () => {
  it('holds what it needs and nothing of the workshop', () => {
    const stray = files.filter(
      (file) => !/^(dist\/.*\.(js|d\.ts)|rubrics\/.*\.yaml|docs\/.*|package\.json|README\.md|LICENSE)$/.test(file),
    )
    expect(stray).toEqual([])
    const rubrics = libraryRubrics().map((name) => `rubrics/${name}.yaml`)
    expect(files).toEqual(expect.arrayContaining([...rubrics, 'dist/src/cli/main.js', 'dist/models/runtime/worker.js']))
  })

  it('starts with node where npm links its command', () => {
    expect(readFileSync(at('node_modules/rubato/dist/src/cli/main.js'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })

  it('has a command that says what it can do, and of which version it is', async () => {
    const { code, out } = await rubato('--help')
    expect(code).toBe(0)
    for (const command of ['train', 'eval', 'chat', 'score', 'info', 'doctor'])
      expect(out).toMatch(new RegExp(`^  ${command} `, 'm'))
    const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string }
    expect((await rubato('--version')).out.trim()).toBe(version)
  })

  it('finds this machine ready', async () => {
    const { code, out } = await rubato('doctor', '--bench', '--json')
    expect(code).toBe(0)
    expect(
      (JSON.parse(out) as { what: string; state: string }[]).find(({ what }) => what === 'matrix products')?.state,
    ).toBe('ok')
  })

  it('finds the rubrics of its library', async () => {
    for (const name of libraryRubrics()) expect((await rubato('info', name)).out).toContain(name)
    expect((await rubato('info', 'no-such-rubric')).code).toBe(2)
  })

  it('opens each door to plain JavaScript', async () => {
    writeFileSync(
      at('doors.js'),
      `import * as rubato from 'rubato'
import { decodeAudio, encodeWav, logMel } from 'rubato/audio'
import { openTokenizer, startEngine, trainTokenizer } from 'rubato/models'
import { loadRubric, scoreVerdicts, verifyCriterion } from 'rubato/rubrics'

const sound = Float32Array.from({ length: 16000 }, (_, i) => Math.sin(i / 20))
const { channels, sampleRate } = await decodeAudio(encodeWav(sound, 16000))
const { nMels, nFrames } = await logMel(channels[0])
const tokenizer = openTokenizer(trainTokenizer(['a dog barks'], { vocab: 300 }))
const rubric = await loadRubric('voice-assistant')
const verdicts = rubric.criteria.map((criterion) => verifyCriterion(criterion, { text: 'Yes.' }))
const engine = startEngine()
const { graphs } = await engine.memory()
await engine.close()
console.log(JSON.stringify({
  sampleRate, nMels, nFrames, graphs,
  text: tokenizer.decode(tokenizer.encode('a dog', { special: 'forbid' })),
  possible: scoreVerdicts(rubric, verdicts).possible,
  train: typeof rubato.trainRun,
}))
`,
    )
    const { stdout } = await run(process.execPath, ['doors.js'], { cwd: home })
    expect(JSON.parse(stdout)).toEqual({
      sampleRate: 16_000,
      nMels: 80,
      nFrames: 100,
      graphs: 0,
      text: 'a dog',
      possible: 20,
      train: 'function',
    })
  })

  it(
    'has types that a strict TypeScript program can use',
    async () => {
      writeFileSync(
        at('program.ts'),
        `import { type TrainOptions, trainRun, UsageError } from 'rubato'
import { type LogMel, logMel } from 'rubato/audio'
import { type AudioLanguageConfig, Policy } from 'rubato/models'
import { type Rubric, scoreVerdicts } from 'rubato/rubrics'

const mel: Promise<LogMel> = logMel(new Float32Array(16000), { nMels: 80 })
export const options: Pick<TrainOptions, 'recipeFile'> = { recipeFile: 'recipe.yaml' }
export const score = (rubric: Rubric): number => scoreVerdicts(rubric, []).score
export const bands: Promise<number> = mel.then(({ nMels }) => nMels)
export const hidden = (config: AudioLanguageConfig): number => config.language.hidden
export { Policy, trainRun, UsageError }
// @ts-expect-error nMels is 80 or 128: were the types lost, this would pass
logMel(new Float32Array(1), { nMels: 81 })
`,
      )
      const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
      const options = [
        '--noEmit',
        '--strict',
        '--target',
        'es2022',
        '--module',
        'nodenext',
        '--moduleResolution',
        'nodenext',
      ]
      const types = ['--typeRoots', path.join(ROOT, 'node_modules', '@types'), '--types', 'node']
      const { stdout } = await run(process.execPath, [tsc, ...options, ...types, '--ignoreConfig', 'program.ts'], {
        cwd: home,
      }).catch((error) => error)
      expect(stdout).toBe('')
    },
    MINUTE,
  )

  it('brings a matcher to the tests of others', async () => {
    const modules = path.join(ROOT, 'node_modules')
    if (!existsSync(at('node_modules/vitest'))) symlinkSync(path.join(modules, 'vitest'), at('node_modules/vitest'))
    writeFileSync(
      at('answers.test.js'),
      `import 'rubato/vitest'
import { expect, it } from 'vitest'
it('is brief', () => expect('It is half past nine.').toMeetRubric('voice-assistant', { require: ['brief'] }))
`,
    )
    const vitest = path.join(modules, 'vitest', 'vitest.mjs')
    const { stdout } = await run(process.execPath, [vitest, 'run', '--root', home], { cwd: home })
    expect(stdout).toContain('1 passed')
  })

  it('has no door that is not opened here', () => {
    const { exports } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>
    }
    const declared = Object.keys(exports).filter((door) => door !== './package.json')
    expect(declared.map((door) => door.replace(/^\./, 'rubato'))).toEqual(DOORS)
  })
})
