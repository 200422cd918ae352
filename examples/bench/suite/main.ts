/**
 * What the post-training papers expect, on our own ground, `npm run bench:suite`: one small experiment after the other,
 * seed by seed. Writes docs/results/suite.md; takes some five minutes on two idle cores. What it has measured or trained it
 * keeps in runs/suite and does not make again; the page is written after every experiment.
 *
 *     npm run bench:suite -- --only chain,packing   # these alone
 *     npm run bench:suite -- --seeds 1              # the first seed alone
 *     npm run bench:suite -- --page                 # writes the page of what has been measured, and measures nothing
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import colors from 'picocolors'
import { fingerprint, machine, writeText } from '../common/files.ts'
import { benchOptions, chosenNames, firstSeeds } from '../common/options.ts'
import { openResults } from '../common/results.ts'
import type { Experiment, Outcome } from './experiment.ts'
import { EXPERIMENTS } from './experiments/index.ts'
import { type MeasuredExperiment, resultsPage, verdictOf } from './page.ts'
import { openSuite } from './suite.ts'

/** A line of results.jsonl. */
interface Kept extends Outcome {
  readonly experiment: string
  readonly seed: number
  /** Fingerprint of the code that it is a result of. */
  readonly code: string
  readonly seconds: number
}

const ROOT = path.resolve('runs', 'suite')
const SEEDS = [1, 2, 3]

const names = EXPERIMENTS.map(({ id }) => id)
const HELP = `npm run bench:suite -- [options]

What the post-training papers expect, on our own ground: writes docs/results/suite.md. What is measured is kept in runs/suite.

  --only LIST   some of ${names.join(', ')}
  --seeds N     the first N of ${SEEDS.length} seeds
  --page        writes the page of what has been measured, and measures nothing

  npm run bench:suite -- --only chain,packing --seeds 1`

const values = benchOptions(HELP, {
  only: { type: 'string' },
  seeds: { type: 'string' },
  page: { type: 'boolean', default: false },
})
const asked = chosenNames('--only', values.only, names)
const seeds = firstSeeds(values.seeds, SEEDS)

const results = openResults<Kept, 'experiment' | 'seed' | 'code'>(path.join(ROOT, 'results.jsonl'), [
  'experiment',
  'seed',
  'code',
])
const wanted = EXPERIMENTS.filter(({ id }) => asked.includes(id))
if (!values.page) {
  for (const seed of seeds) {
    for (const experiment of wanted) {
      await measureOnce(experiment, seed)
      writePage()
    }
  }
}
writePage()
for (const one of wanted) {
  console.log(`\n${colors.bold(one.title)} ${colors.dim(`--only ${one.id}`)}`)
  const { outcomes } = measured(one)
  if (outcomes.length === 0) console.log('not measured yet')
  else
    for (const claim of one.claims(outcomes))
      console.log(`${verdictOf(claim).replaceAll('*', '')}: ${claim.says}. ${claim.figures}`)
}
console.log(`\nLook at ${path.join('docs', 'results', 'suite.md')}.`)

async function measureOnce(experiment: Experiment, seed: number): Promise<void> {
  const code = codeOf(experiment)
  if (results.find({ experiment: experiment.id, seed, code })) return
  const say = (what: string) => console.error(`${experiment.id}, seed ${seed}: ${what}`)
  const started = performance.now()
  const outcome = await experiment.run(openSuite(ROOT, seed, say))
  const seconds = (performance.now() - started) / 1000
  results.add({ experiment: experiment.id, seed, code, seconds, ...outcome })
  say(`done, ${seconds.toFixed(0)} s`)
}

function measured(experiment: Experiment): MeasuredExperiment {
  const code = codeOf(experiment)
  const kept = SEEDS.flatMap((seed) => results.find({ experiment: experiment.id, seed, code }) ?? [])
  return { experiment, outcomes: kept, seconds: kept.reduce((sum, { seconds }) => sum + seconds, 0) }
}

function writePage(): void {
  writeText(
    path.resolve('docs', 'results'),
    'suite.md',
    resultsPage(EXPERIMENTS.map(measured), SEEDS.length, machine()),
  )
}

/** The experiment and what all of them stand on. */
function codeOf({ file }: Experiment): string {
  const shared = ['base', 'tasks', 'reinforcement', 'specialists', 'suite', 'experiments/voting'].map(
    (name) => new URL(`./${name}${path.extname(import.meta.url)}`, import.meta.url),
  )
  return fingerprint(...[file, ...shared].map((url) => readFileSync(fileURLToPath(url))))
}
