/**
 * The quickstart, `npm start`: makes scenes of real recordings, trains a small audio-language model on them with
 * RuscaRL, and says what it learned. Takes about five minutes on two cores; everything is kept in `runs/quickstart`.
 *
 * `npm start -- --seed 2` draws another run, `npm start -- --resume` goes on with one that was stopped.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, renameSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createProgress, freshRunPath, type RunSummary } from '../../src/index.ts'
import { makeScenes } from './makeScenes.ts'

const SCENES = { seed: 1, nSingles: 2400, nFollow: 1600, nTrain: 1200, nEval: 160 }
const RUN = path.join('runs', 'quickstart')
const DATA = path.join('data', 'quickstart')
const RECIPE = path.join('examples', 'quickstart', 'recipe.yaml')

const words = process.argv.slice(2)
process.chdir(packageFolder())
await makeData()
if (!words.includes('--resume') && existsSync(RUN)) {
  const aside = freshRunPath('runs', 'quickstart')
  renameSync(RUN, aside)
  console.error(`the run before this one is now ${aside}`)
}
process.exitCode = await train()
if (process.exitCode === 0 && !words.includes('--json')) conclude()

async function makeData(): Promise<void> {
  const progress = await createProgress({
    mode: words.includes('--json') ? 'silent' : 'people',
    stream: process.stderr,
  })
  progress.stage('scenes from real recordings', SCENES.nSingles + SCENES.nTrain + SCENES.nEval)
  const counts = await makeScenes({ ...SCENES, outDir: DATA, onProgress: (done) => progress.update(done) })
  progress.note(
    `${counts.recordings} recordings of ${counts.families} families; ${counts.heldOut} are held out for the evaluation` +
      (counts.reused ? ` (${DATA} is there already)` : ''),
  )
  progress.done()
}

/** `rubato train`, as a user would call it; Ctrl-C reaches it, and it saves before it stops. */
function train(): Promise<number> {
  const cli = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url))
  const child = spawn(process.execPath, [cli, 'train', RECIPE, '--run', RUN, ...words], { stdio: 'inherit' })
  process.on('SIGINT', () => {}) // the terminal sends it to both
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

/** What the run was for, in numbers: did it get better, and does it listen? */
function conclude(): void {
  const {
    before = {},
    after = {},
    lift,
    seconds,
  } = JSON.parse(readFileSync(path.join(RUN, 'summary.json'), 'utf8')) as RunSummary
  const say = (met: boolean, text: string) => console.log(`${met ? '✓' : '✗'} ${text}`)
  const points = (difference: number) => `${difference >= 0 ? '+' : '−'}${Math.abs(difference).toFixed(3)}`
  const heard = after.none ?? 0
  say((lift ?? 0) > 0.02, `scaffold lift before RL ${points(lift ?? 0)} (above 0: shown criteria are followed)`)
  say(
    heard - (before.none ?? 0) >= 0.15,
    `held-out score, plain prompt ${points(heard - (before.none ?? 0))} (aim: +0.150)`,
  )
  say(
    heard - (after.silenced ?? 0) >= 0.15,
    `sound silenced ${points((after.silenced ?? 0) - heard)} (aim: −0.150, it listens)`,
  )
  say(
    heard - (after.swapped ?? 0) >= 0.15,
    `sound of another scene ${points((after.swapped ?? 0) - heard)} (aim: −0.150)`,
  )
  say(seconds <= 300, `training took ${Math.round(seconds)} s (aim: 300 s on two cores)`)
  console.log(`\nLook:    ${path.join(RUN, 'report.html')}`)
  console.log(`Listen:  npx rubato chat --model ${RUN} --audio your-recording.wav`)
}

/** The folder of package.json, from the sources and from `dist/`. */
function packageFolder(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url))
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder)
  return folder
}
