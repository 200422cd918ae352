/**
 * Rubato beside what people use today: PyTorch, transformers, PEFT, TRL and llama.cpp, on this machine, in turns. Started
 * by `npm run bench:peers`, which installs the peers first; writes the table of docs/performance.md. What was measured
 * before is kept, so that a run that was cut off goes on.
 *
 *     npm run bench:peers
 *     npm run bench:peers -- --only sample,grpo
 *     npm run bench:peers -- --fresh --json
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { closest } from 'fastest-levenshtein'
import colors from 'picocolors'
import { renderTable } from '../../../src/progress/table.ts'
import { compare } from './compare.ts'
import { families } from './comparisons.ts'
import { type Conditions, heldText, type Kept, ratioText, rowsOf, writePage } from './page.ts'
import { THREADS } from './sizes.ts'
import { resultStore } from './store.ts'
import { root, type Work } from './work.ts'

const HELP = `npm run bench:peers -- [options]

  --only LIST    some of ${Object.keys(families).join(', ')}
  --fresh        measure again what is measured
  --rounds N     rounds of every comparison, in place of its own number
  --page FILE    where the table is written (docs/performance.md); "none" for nowhere
  --json         results as JSON on standard output

  npm run bench:peers -- --only train --fresh`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    fresh: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    page: { type: 'string', default: path.join(root, 'docs', 'performance.md') },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit(0)
}
const names = Object.keys(families)
const asked = values.only?.split(',') ?? names
const unknown = asked.find((name) => !(name in families))
if (unknown !== undefined) {
  console.error(
    `--only ${unknown}: there is none. Did you mean "${closest(unknown, names)}"? All: ${names.join(', ')}.`,
  )
  process.exit(2)
}
const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) {
  console.error(`--rounds ${values.rounds}: is no number of rounds. Give 1 or more.`)
  process.exit(2)
}

const tell = (line: string) => (values.json ? console.error(line) : console.log(line))
const folder = path.join(root, '.cache', 'peers')
mkdirSync(folder, { recursive: true })
const python = process.env.PEERS_PYTHON ?? path.join(folder, 'venv', 'bin', 'python')
const gguf = process.env.PEERS_GGUF
const work: Work = {
  folder,
  python,
  gguf: gguf !== undefined && existsSync(gguf) ? gguf : undefined,
  versions: versionsOf(python),
}
const store = resultStore(path.join(folder, 'results'))
const kept: Kept[] = []
let failed = 0
for (const name of names) {
  // A family that was not asked for keeps its rows on the page, from what was measured before.
  const isAsked = asked.includes(name)
  let comparisons: Awaited<ReturnType<(typeof families)[string]>>
  try {
    comparisons = await families[name]!(work)
  } catch (error) {
    if (isAsked) tell(colors.red(`SKIPPED: ${name}. ${(error as Error).message}`))
    continue
  }
  for (const own of comparisons) {
    const comparison = rounds === undefined ? own : { ...own, rounds }
    const before = store.read(comparison, work.versions)
    if (before && !(isAsked && values.fresh)) {
      kept.push(before)
      if (isAsked) show(before, 'measured before; --fresh measures again')
      continue
    }
    if (!isAsked) continue
    const conditions = conditionsNow()
    try {
      const result = await compare(comparison, (line) => tell(colors.yellow(line)))
      const one = { result, conditions }
      store.write(comparison, work.versions, one)
      kept.push(one)
      show(one)
    } catch (error) {
      failed++
      tell(colors.red(`FAILED: ${(error as Error).message}`))
    }
    if (values.page !== 'none') writePage(values.page, kept)
  }
}
if (values.json) console.log(JSON.stringify(kept, null, 2))
process.exitCode = failed > 0 ? 1 : 0

function show({ result, conditions }: Kept, note?: string): void {
  tell(`\n${colors.bold(result.title)}${note ? ` ${colors.dim(note)}` : ''}`)
  tell(
    renderTable(
      rowsOf(result).map((row) => [
        `  ${row.what === result.title ? '' : `${row.what}: `}${row.peer}`,
        row.ours,
        row.theirs,
        ratioText(row.ratio),
        heldText(row).replaceAll('**', ''),
        row.shares,
        row.memory,
      ]),
    ),
  )
  if (conditions.load > 0.5) tell(colors.yellow(`  other programs kept the machine busy (load ${conditions.load})`))
}

function conditionsNow(): Conditions {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1e9),
    node: process.version,
    versions: work.versions,
    threads: THREADS,
    load: Number(loadavg()[0]!.toFixed(2)),
    day: new Date().toISOString().slice(0, 10),
  }
}

function versionsOf(interpreter: string): Work['versions'] {
  const none = { torch: null, transformers: null, peft: null, trl: null, llamaCpp: null, gguf: null }
  const script = path.join(root, 'examples', 'bench', 'peers', 'python', 'versions.py')
  try {
    const printed = execFileSync(interpreter, [script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return JSON.parse(printed.trim().split('\n').at(-1)!) as Work['versions']
  } catch {
    return none
  }
}
