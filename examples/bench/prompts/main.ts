/**
 * Tags against words against neither, with word times and without, `npm run bench:prompts`: five arms, three seeds, each
 * trained from nothing on the same clips. Writes docs/results/prompts.md; takes about half an hour on two idle cores. What it
 * has measured it keeps in runs/prompts and does not measure again; a page is written after every seed.
 *
 *     npm run bench:prompts -- --seeds 1   # the first seed alone
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { ARMS, SEEDS } from './arms.ts'
import { claimsOf } from './claims.ts'
import { makeData } from './data.ts'
import { resultsPage } from './page.ts'
import { type ArmResult, runArm, settingsOf } from './runArm.ts'

const ROOT = path.resolve('runs', 'prompts')
const PAGE = path.resolve('docs', 'results', 'prompts.md')
const KEPT = path.join(ROOT, 'results.jsonl')

const { values } = parseArgs({ options: { seeds: { type: 'string' } } })
const seeds = SEEDS.slice(0, Number(values.seeds ?? SEEDS.length))
const machine = `${cpus()[0]?.model ?? 'an unknown processor'}, ${availableParallelism()} cores, Node ${process.version}`

mkdirSync(ROOT, { recursive: true })
await makeData(path.join(ROOT, 'data'))
const results = known()
for (const seed of seeds) {
  for (const arm of ARMS) {
    if (results.some((result) => result.arm === arm.id && result.seed === seed)) continue
    const result = await runArm(ROOT, arm, seed, (what) => console.error(`${arm.title}, seed ${seed}: ${what}`))
    appendFileSync(KEPT, `${JSON.stringify(result)}\n`)
    results.push(result)
  }
  mkdirSync(path.dirname(PAGE), { recursive: true })
  writeFileSync(PAGE, resultsPage(results, machine))
}
for (const { says, figures, holds } of claimsOf(results)) {
  console.log(`${holds === null ? '?' : holds ? '✓' : '✗'} ${says} ${figures}`)
}
console.log(`\nLook at ${path.relative('', PAGE)}.`)

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
