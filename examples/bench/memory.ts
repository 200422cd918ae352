// What a gradient needs: peak of memory over what the process holds before it, and time, of ways that give the same numbers.
// Each runs in a process of its own. About 2 minutes on two idle cores.
import { fork } from 'node:child_process'
import path from 'node:path'
import type { BenchResult } from './result.ts'

/** One gradient, as the worker takes it. */
export interface MemoryCase {
  readonly label: string
  readonly vocab: number
  readonly hidden: number
  readonly nLayers: number
  readonly nHeads: number
  /** Tokens of the one sequence, and how many of them are predicted. */
  readonly time: number
  readonly nTargets: number
  readonly options: { readonly keepWhole?: boolean; readonly recomputeLayers?: boolean }
}

export interface MemoryFound {
  readonly loss: number
  /** Megabytes over what was held before the first gradient. */
  readonly peak: number
  /** Of the quickest of its gradients. */
  readonly seconds: number
}

const head = { vocab: 151_936, hidden: 64, nLayers: 1, nHeads: 2, time: 2064, nTargets: 2048 }
const long = { vocab: 1024, hidden: 256, nLayers: 4, nHeads: 8, time: 4096, nTargets: 256 }
const cases: readonly (readonly [string, readonly MemoryCase[]])[] = [
  [
    'Qwen2’s 151,936 words at 2,048 targets',
    [
      { ...head, label: 'logits whole', options: { keepWhole: true } },
      { ...head, label: 'by parts of 128 MiB', options: {} },
    ],
  ],
  [
    '4,096 tokens, 4 layers of width 256, 8 heads',
    [
      { ...long, label: 'scores whole', options: { keepWhole: true } },
      { ...long, label: 'by blocks of queries', options: {} },
      { ...long, label: 'and layers made again', options: { recomputeLayers: true } },
    ],
  ],
]

/** Megabytes and seconds of each, and by how much the leanest of the long sequence is leaner. */
export async function benchMemory(): Promise<BenchResult> {
  const rows: { label: string; value: number; unit: string }[] = []
  let ratio = 0
  for (const [what, ways] of cases) {
    const found: MemoryFound[] = []
    for (const way of ways) {
      found.push(await inOwnProcess(way))
      const { peak, seconds, loss } = found.at(-1)!
      if (Math.abs(loss - found[0]!.loss) > 1e-5) throw new Error(`bench memory: ${way.label} has another loss`)
      rows.push({ label: `${what}: ${way.label}`, value: peak, unit: 'MB' }, { label: '', value: seconds, unit: 's' })
    }
    ratio = found[0]!.peak / found.at(-1)!.peak
  }
  return {
    name: 'memory of a gradient',
    rows,
    ratio,
    target: 4,
    note: 'over what the process held before; the ratio is that of 4,096 tokens, first by last; losses are equal',
  }
}

function inOwnProcess(way: MemoryCase): Promise<MemoryFound> {
  const worker = path.join(import.meta.dirname, `memoryWorker${path.extname(import.meta.filename)}`)
  return new Promise((resolve, reject) => {
    const child = fork(worker, [JSON.stringify(way)])
    let found: MemoryFound | undefined
    child.on('message', (message) => {
      found = message as MemoryFound
    })
    child.on('error', reject)
    child.on('exit', (code) =>
      found ? resolve(found) : reject(new Error(`bench memory: ${way.label} ended with ${code}`)),
    )
  })
}
