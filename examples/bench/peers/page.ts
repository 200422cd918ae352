import { readFileSync, writeFileSync } from 'node:fs'
import type { Result, Spread } from './compare.ts'

/** What a result was measured under. */
export interface Conditions {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly node: string
  readonly versions: Readonly<Record<string, string | null>>
  readonly threads: number
  /** Programs that wanted a core when the measurement began, over one minute (load average). */
  readonly load: number
  /** YYYY-MM-DD */
  readonly day: string
}

export interface Kept {
  readonly result: Result
  readonly conditions: Conditions
}

/** A row of the table: one peer beside us in one comparison. */
export interface Row {
  readonly what: string
  readonly peer: string
  readonly ours: string
  readonly theirs: string
  readonly ratio: Spread
  readonly aim: number | undefined
  readonly memory: string
  /** Of the machine's peak, ours / theirs; empty where it says nothing. */
  readonly shares: string
}

export function rowsOf({ title, nTokens, sides }: Result): Row[] {
  const [ours, ...peers] = sides
  const figure = ({ median }: Spread) =>
    nTokens === undefined ? duration(median) : `${significant((1000 * nTokens) / median)} tokens/s`
  return peers.flatMap((peer) => {
    const shares = ours!.share && peer.share ? `${percent(ours!.share)} / ${percent(peer.share)}` : ''
    const memory = memories(ours!.peakBytes, peer.peakBytes)
    const row = { what: title, peer: peer.name, aim: peer.aim, memory, shares }
    const first = { ...row, ours: figure(ours!.ms), theirs: figure(peer.ms), ratio: peer.ratio! }
    if (peer.openedBytes !== undefined) first.memory = memories(ours!.openedBytes!, peer.openedBytes)
    const further = peer.further.map(({ what, ms, ratio }, i) => ({
      ...row,
      what,
      ours: duration(ours!.further[i]!.ms.median),
      theirs: duration(ms.median),
      ratio: ratio!,
    }))
    return [first, ...further]
  })
}

const percent = ({ median }: Spread): string => `${Math.round(100 * median)} %`
const memories = (ours: number, theirs: number): string => `${gigabytes(ours)} / ${gigabytes(theirs)} GB`
const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(2)
const duration = (ms: number): string => (ms >= 1000 ? `${significant(ms / 1000)} s` : `${significant(ms)} ms`)
const significant = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))

export const ratioText = ({ median, low, high }: Spread): string =>
  `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`

export const heldText = ({ ratio, aim }: Pick<Row, 'ratio' | 'aim'>): string =>
  aim === undefined ? '' : `≥ ${aim}: ${ratio.median >= aim ? 'reached' : '**missed**'}`

const BEGIN = '<!-- Written by npm run bench:peers, from here -->'
const END = '<!-- to here -->'

/** Writes the tables between the marks of a page; what stands around them is written by hand. @throws Error without the marks */
export function writePage(file: string, kept: readonly Kept[]): void {
  const page = readFileSync(file, 'utf8')
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`${file}: has no marks "${BEGIN}" and "${END}"`)
  writeFileSync(file, `${page.slice(0, begin + BEGIN.length)}\n\n${tables(kept)}\n${page.slice(end)}`)
}

export function tables(kept: readonly Kept[]): string {
  const rows = kept.flatMap(({ result }) => rowsOf(result))
  const skipped = kept.flatMap(({ result }) =>
    result.skipped.map(({ name, why }) => `- ${result.title}: ${name}. ${why}`),
  )
  const lines = [
    '| what | peer | Rubato | peer | times as fast (quartiles) | aim | share of the peak, Rubato / peer | most memory, Rubato / peer |',
    '|---|---|---|---|---|---|---|---|',
    ...rows.map(
      (row) =>
        `| ${[row.what, row.peer, row.ours, row.theirs, ratioText(row.ratio), heldText(row), row.shares, row.memory].join(' | ')} |`,
    ),
    '',
    ...(skipped.length > 0 ? ['Skipped:', '', ...skipped, ''] : []),
    ...conditionLines(kept),
  ]
  return `${lines.join('\n')}\n`
}

/** One line for all that was measured alike; a day or a load of its own makes a line of its own. */
function conditionLines(kept: readonly Kept[]): string[] {
  const groups = new Map<string, { loads: number[]; rounds: Set<number> }>()
  for (const { result, conditions } of kept) {
    const { cpu, cores, memoryGb, node, versions, threads, day } = conditions
    const packages = Object.entries(versions).flatMap(([name, version]) =>
      version === null ? [] : [`${name} ${version}`],
    )
    const key = `${day}: ${cpu}, ${cores} cores, ${memoryGb} GB; ${threads} threads on every side; Node ${node}, ${packages.join(', ')}`
    const group = groups.get(key) ?? { loads: [], rounds: new Set() }
    group.loads.push(conditions.load)
    group.rounds.add(result.rounds)
    groups.set(key, group)
  }
  return [...groups].map(([key, { loads, rounds }]) => {
    const [least, most] = [Math.min(...loads), Math.max(...loads)]
    return `Measured ${key}. ${[...rounds].sort((a, b) => a - b).join(', ')} rounds; other programs' load when each began: ${least.toFixed(1)} to ${most.toFixed(1)}.`
  })
}
