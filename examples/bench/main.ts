/**
 * The benches, `npm run bench`: how fast, and against what. Each prints a table, and the ratio it is held against.
 * All of them take about a minute and a half on an idle machine.
 *
 *     npm run bench -- --only trainStep,sampling
 *     npm run bench -- --json
 */
import { availableParallelism, cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { closest } from 'fastest-levenshtein'
import colors from 'picocolors'
import { renderTable } from '../../src/progress/table.ts'
import { benchCraft } from './craft.ts'
import { benchJudge } from './judge.ts'
import { benchLogMel } from './logMel.ts'
import { benchMeasures } from './measures.ts'
import { benchMemory } from './memory.ts'
import { benchMerge } from './merge.ts'
import { benchQuickstart } from './quickstart.ts'
import { benchQwen2AudioStep } from './qwen2Audio/step.ts'
import type { BenchResult } from './result.ts'
import { benchSampling } from './sampling.ts'
import { benchGroup, benchSequenceLength } from './scaling.ts'
import { benchScore } from './score.ts'
import { benchServe } from './serve.ts'
import { benchTrainStep } from './trainStep.ts'

const benches: Record<string, () => Promise<BenchResult>> = {
  logMel: benchLogMel,
  measures: benchMeasures,
  trainStep: benchTrainStep,
  memory: benchMemory,
  sampling: benchSampling,
  quickstart: benchQuickstart,
  sequenceLength: benchSequenceLength,
  group: benchGroup,
  judge: benchJudge,
  score: benchScore,
  serve: benchServe,
  merge: benchMerge,
  craft: benchCraft,
}
/** Those that run only when asked by name: they take long, or much disk. */
const onDemand: Record<string, () => Promise<BenchResult>> = { qwen2AudioStep: () => benchQwen2AudioStep() }
const all = { ...benches, ...onDemand }
const names = Object.keys(all)

const { values } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'boolean', default: false } },
})
const asked = values.only?.split(',') ?? Object.keys(benches)
const unknown = asked.find((name) => !(name in all))
if (unknown !== undefined) {
  console.error(
    `bench "${unknown}": there is none. Did you mean "${closest(unknown, names)}"? All: ${names.join(', ')}.`,
  )
  process.exit(2)
}

const busy = loadavg()[0]!
const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  node: process.version,
  load: Number(busy.toFixed(2)),
}
if (!values.json) {
  console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`)
  if (busy > 0.5)
    console.log(colors.yellow(`other programs keep the machine busy (load ${machine.load}): figures are low`))
}
const results: Record<string, BenchResult> = {}
for (const name of asked) {
  results[name] = await all[name]!()
  if (!values.json) console.log(`\n${show(name, results[name])}`)
}
if (values.json) console.log(JSON.stringify({ machine, results }, null, 2))

function show(key: string, { name, rows, ratio, target, note }: BenchResult): string {
  const lines = [`${colors.bold(name)} ${colors.dim(`--only ${key}`)}`]
  if (rows.length > 0)
    lines.push(renderTable(rows.map(({ label, value, unit }) => [`  ${label}`, figure(value), unit])))
  if (ratio !== undefined) lines.push(`  ratio ${ratio.toFixed(2)}${target === undefined ? '' : held(ratio, target)}`)
  if (note) lines.push(colors.dim(`  ${note}`))
  return lines.join('\n')
}

function figure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}

function held(ratio: number, target: number): string {
  return `, target ${target}: ${ratio >= target ? colors.green('reached') : colors.red('not reached')}`
}
