/**
 * RuscaRL's claims on our own ground, `npm run bench:ruscarl`: arms from one checkpoint a seed, equal steps, scored on
 * held-out plain prompts. Writes docs/results/ruscarl.md; takes less than 40 minutes on two idle cores. What it has
 * measured it keeps in runs/ruscarl and does not measure again.
 *
 *     npm run bench:ruscarl -- --only sparse   # RuscaRL and GRPO on the sparse task: less than 3 minutes; writes no page
 *     npm run bench:ruscarl -- --page          # writes the page of what has been measured, and measures nothing
 *
 * Exit code: 0, or 1 when the sparse task does not show what it is there to show.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import colors from 'picocolors'
import { machine } from '../common/files.ts'
import { benchOptions, chosenNames } from '../common/options.ts'
import { pooled, sharedCores } from '../common/pool.ts'
import { openResults } from '../common/results.ts'
import { ARMS, type Arm } from './arms.ts'
import { claimsOf, isDemanded, type Measured } from './claims.ts'
import type { Ground } from './ground.ts'
import { type GroundOnPage, resultsPage } from './page.ts'
import { drawPlots } from './plots.ts'
import { type ArmResult, folderOf, runArm, settingsOf } from './runArm.ts'
import { scenes } from './scenes.ts'
import { sparse } from './sparse.ts'

const ROOT = path.resolve('runs', 'ruscarl')
const DOCS = path.resolve('docs', 'results')
const GROUNDS = [sparse, scenes]

const HELP = `npm run bench:ruscarl -- [options]

RuscaRL's claims on our own ground: writes docs/results/ruscarl.md. What is measured is kept in runs/ruscarl.

  --only GROUND   ${GROUNDS.map(({ id }) => id).join(' or ')}, and no page; of sparse, RuscaRL and GRPO alone
  --page          writes the page of what has been measured, and measures nothing

  npm run bench:ruscarl -- --only sparse

Exit code: 0, or 1 when the sparse task does not show what it is there to show.`

const values = benchOptions(HELP, { only: { type: 'string' }, page: { type: 'boolean', default: false } })
const chosen = chosenNames(
  '--only',
  values.only,
  GROUNDS.map(({ id }) => id),
)
const grounds = GROUNDS.filter(({ id }) => chosen.includes(id))

const results = openResults<ArmResult, 'ground' | 'arm' | 'seed' | 'settings'>(path.join(ROOT, 'results.jsonl'), [
  'ground',
  'arm',
  'seed',
  'settings',
])
const onPage: GroundOnPage[] = []
for (const ground of grounds) {
  const arms =
    values.only === 'sparse'
      ? ARMS.filter(({ id }) => id === 'none' || id === 'sigmoid')
      : ground.compares.flatMap((kind) => ARMS.filter(({ about }) => about === kind))
  const measured = await measureAll(ground, arms)
  console.log(`\n${colors.bold(ground.title)}`)
  if (measured.size < arms.length) console.log(`measured: ${[...measured.keys()].join(', ') || 'nothing yet'}`)
  for (const claim of claimsOf(ground, measured)) {
    const mark = claim.holds === null ? '?' : claim.holds ? colors.green('✓') : colors.red('✗')
    console.log(`${mark} ${claim.says}: ${claim.figures}`)
    if (isDemanded(claim) && !claim.holds) process.exitCode = 1
  }
  if (values.only === undefined && measured.has('none')) {
    onPage.push({ ground, measured, plots: await drawPlots(DOCS, ground, arms, measured) })
  }
}
if (values.only === undefined) {
  const page = path.join(DOCS, 'ruscarl.md')
  const missing = grounds.filter((ground) => !onPage.some((one) => one.ground === ground))
  mkdirSync(DOCS, { recursive: true })
  writeFileSync(page, resultsPage(onPage, missing, machine()))
  console.log(`\nLook at ${path.relative('', page)}.`)
}

/**
 * Kind after kind, arm after arm and seed after seed, several at once, so that what a stopped bench has measured can be
 * compared. Arms that lack a seed are left out.
 */
async function measureAll(ground: Ground, arms: readonly Arm[]): Promise<Measured> {
  await ground.makeData(path.join(folderOf(ROOT, ground), 'data'))
  const tasks = arms.flatMap((arm) => ground.seeds.map((seed) => ({ arm, seed })))
  const found = new Map<string, ArmResult>()
  const { jobs, threads } = sharedCores(tasks.length)
  await pooled(tasks, jobs, async ({ arm, seed }) => {
    const result = await measuredOnce(ground, arm, seed, threads)
    if (result) found.set(`${arm.id} ${seed}`, result)
  })
  return new Map(
    arms.flatMap(({ id }): [string, ArmResult[]][] => {
      const results = ground.seeds.flatMap((seed) => found.get(`${id} ${seed}`) ?? [])
      return results.length === ground.seeds.length ? [[id, results]] : []
    }),
  )
}

async function measuredOnce(ground: Ground, arm: Arm, seed: number, threads: number): Promise<ArmResult | undefined> {
  const settings = settingsOf(ROOT, ground, arm)
  const known = results.find({ ground: ground.id, arm: arm.id, seed, settings })
  if (known || values.page) return known
  const say = (what: string) => console.error(`${ground.id}, seed ${seed}: ${what}`)
  const result = await runArm(ROOT, ground, arm, seed, { threads, say })
  results.add(result)
  const { before, after, seconds } = result
  say(
    `${arm.title}: plain ${before.plain.toFixed(3)} → ${after.plain.toFixed(3)}, rubric shown ${before.shown.toFixed(3)} → ${after.shown.toFixed(3)}, ${seconds.toFixed(0)} s`,
  )
  return result
}
