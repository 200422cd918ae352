/**
 * Tags against words against neither, with word times and without, `npm run bench:prompts`: five arms, three seeds, each
 * trained from nothing on the same clips. Writes docs/results/prompts.md; takes about half an hour on two idle cores. What it
 * has measured it keeps in runs/prompts and does not measure again; a page is written after every seed.
 *
 *     npm run bench:prompts -- --seeds 1 --arms tags --page /tmp/prompts.md   # one seed of one arm, on a page elsewhere
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { machine } from '../common/files.ts'
import { benchOptions, chosenNames, firstSeeds } from '../common/options.ts'
import { openResults } from '../common/results.ts'
import { ARMS, SEEDS } from './arms.ts'
import { claimsOf } from './claims.ts'
import { makeData } from './data.ts'
import { resultsPage } from './page.ts'
import { type ArmResult, runArm, settingsOf } from './runArm.ts'

const ROOT = path.resolve('runs', 'prompts')

const HELP = `npm run bench:prompts -- [options]

Tags against words against neither, with word times and without: writes docs/results/prompts.md. What is measured is kept in runs/prompts.

  --seeds N     the first N of ${SEEDS.length} seeds
  --arms LIST   some of ${ARMS.map(({ id }) => id).join(', ')}
  --page FILE   where the page is written, in place of docs/results/prompts.md

  npm run bench:prompts -- --seeds 1 --arms ${ARMS[0]!.id} --page /tmp/prompts.md`

const values = benchOptions(HELP, {
  seeds: { type: 'string' },
  arms: { type: 'string' },
  page: { type: 'string' },
})
const page = path.resolve(values.page ?? path.join('docs', 'results', 'prompts.md'))
const seeds = firstSeeds(values.seeds, SEEDS)
const wanted = chosenNames(
  '--arms',
  values.arms,
  ARMS.map(({ id }) => id),
)

mkdirSync(ROOT, { recursive: true })
await makeData(path.join(ROOT, 'data'))
const kept = openResults<ArmResult, 'arm' | 'seed' | 'settings'>(path.join(ROOT, 'results.jsonl'), [
  'arm',
  'seed',
  'settings',
])
const settings = settingsOf()
const results = SEEDS.flatMap((seed) => ARMS.flatMap(({ id: arm }) => kept.find({ arm, seed, settings }) ?? []))
for (const seed of seeds) {
  for (const arm of ARMS.filter(({ id }) => wanted.includes(id))) {
    if (results.some((result) => result.arm === arm.id && result.seed === seed)) continue
    const result = await runArm(ROOT, arm, seed, (what) => console.error(`${arm.title}, seed ${seed}: ${what}`))
    kept.add(result)
    results.push(result)
  }
  mkdirSync(path.dirname(page), { recursive: true })
  writeFileSync(page, resultsPage(results, machine()))
}
for (const { says, figures, holds } of claimsOf(results)) {
  console.log(`${holds === null ? '?' : holds ? '✓' : '✗'} ${says} ${figures}`)
}
console.log(`\nLook at ${path.relative('', page)}.`)
