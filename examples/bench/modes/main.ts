/**
 * One model of two modes against a model of each, `npm run bench:modes`: five arms, three seeds, each trained from nothing
 * by examples/chat/recipe.yaml. Writes docs/results/modes.md. What it has measured it keeps in runs/modes and does not measure again; a page is
 * written after every seed.
 *
 *     npm run bench:modes -- --seeds 1 --arms both --page /tmp/modes.md   # one seed of one arm, on a page elsewhere
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import path from 'node:path'
import { CONVERSATIONS, makeConversations } from '../../chat/makeConversations.ts'
import { benchOptions, chosenNames, firstSeeds } from '../common/options.ts'
import { ARMS, SEEDS } from './arms.ts'
import { claimsOf } from './claims.ts'
import { resultsPage } from './page.ts'
import { type ArmResult, runArm, settingsOf } from './runArm.ts'

const ROOT = path.resolve('runs', 'modes')
const KEPT = path.join(ROOT, 'results.jsonl')

const HELP = `npm run bench:modes -- [options]

One model of two modes against a model of each: writes docs/results/modes.md. What is measured is kept in runs/modes.

  --seeds N     the first N of ${SEEDS.length} seeds
  --arms LIST   some of ${ARMS.map(({ id }) => id).join(', ')}
  --page FILE   where the page is written, in place of docs/results/modes.md

  npm run bench:modes -- --seeds 1 --arms ${ARMS[0]!.id} --page /tmp/modes.md`

const values = benchOptions(HELP, {
  seeds: { type: 'string' },
  arms: { type: 'string' },
  page: { type: 'string' },
})
const page = path.resolve(values.page ?? path.join('docs', 'results', 'modes.md'))
const seeds = firstSeeds(values.seeds, SEEDS)
const wanted = chosenNames(
  '--arms',
  values.arms,
  ARMS.map(({ id }) => id),
)
const machine = `${cpus()[0]?.model ?? 'an unknown processor'}, ${availableParallelism()} cores, Node ${process.version}`

mkdirSync(ROOT, { recursive: true })
await makeConversations({ outDir: path.join(ROOT, 'data'), ...CONVERSATIONS })
const results = known()
for (const seed of seeds) {
  for (const arm of ARMS.filter(({ id }) => wanted.includes(id))) {
    if (results.some((result) => result.arm === arm.id && result.seed === seed)) continue
    const result = await runArm(ROOT, arm, seed, (what) => console.error(`${arm.title}, seed ${seed}: ${what}`))
    appendFileSync(KEPT, `${JSON.stringify(result)}\n`)
    results.push(result)
  }
  mkdirSync(path.dirname(page), { recursive: true })
  writeFileSync(page, resultsPage(results, machine))
}
for (const { says, figures, holds } of claimsOf(results)) {
  console.log(`${holds === null ? '?' : holds ? '✓' : '✗'} ${says} ${figures}`)
}
console.log(`\nLook at ${path.relative('', page)}.`)

/** Results of earlier calls with these settings; whole lines only. */
function known(): ArmResult[] {
  if (!existsSync(KEPT)) return []
  return readFileSync(KEPT, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as ArmResult]
      } catch {
        return []
      }
    })
    .filter(({ settings }) => settings === settingsOf())
}
