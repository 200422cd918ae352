// What a judge adds to its calls, and whether its memory stays flat: 100,000 calls of one criterion each to a server on
// this machine that answers at once, through queue, budget, parsing and a cache on disk; the same again from the cache;
// against bare fetch with as many requests at once. Takes about two minutes.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Judge, openAiJudge } from '../../src/index.ts'
import type { BenchResult } from './result.ts'

const CALLS = Number(process.env.JUDGE_CALLS ?? 100_000)
const AT_ONCE = 32
const CRITERIA = [{ id: 'dog', criterion: 'Mentions a dog.', points: 1 }]

/** A process of its own, so that neither its memory nor all of its time is counted. */
const SERVER = `
const reply = JSON.stringify({ choices: [{ message: { content: '{"explanation": "a dog barks", "criteria_met": true}' } }],
  usage: { prompt_tokens: 400, completion_tokens: 20 } })
const server = require('node:http').createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(reply))
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))`

/** Microseconds a call, and megabytes of heap after a tenth of the calls and after all. */
export async function benchJudge(): Promise<BenchResult> {
  const server = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] })
  const folder = mkdtempSync(path.join(tmpdir(), 'rubato-bench-'))
  try {
    const port = await new Promise<string>((resolve) =>
      server.stdout.once('data', (data) => resolve(String(data).trim())),
    )
    const url = `http://127.0.0.1:${port}/v1`
    const bare = await timed(Math.min(CALLS, 10_000), () =>
      fetch(`${url}/chat/completions`, { method: 'POST', body: PROMPT }).then((response) => response.json()),
    )
    const judge = await openAiJudge({ url, model: 'm', concurrency: AT_ONCE, cache: path.join(folder, 'cache.sqlite') })
    const ask = (i: number) => judged(judge, i)
    await timed(Math.ceil(CALLS / 10), ask)
    const early = heap()
    const fresh = await timed(CALLS, (i) => ask(i + CALLS / 10))
    const late = heap()
    const kept = await timed(CALLS, (i) => ask(i + CALLS / 10))
    const { calls, cached, unknown } = judge.metrics()
    judge.close()
    return {
      name: `a judge's own work, ${CALLS.toLocaleString('en')} calls, ${AT_ONCE} at once`,
      rows: [
        { label: 'bare fetch', value: bare, unit: 'µs a call' },
        { label: 'judge', value: fresh, unit: 'µs a call' },
        { label: 'overhead', value: fresh - bare, unit: 'µs a call' },
        { label: 'from the cache', value: kept, unit: 'µs a call' },
        { label: `heap after ${(CALLS / 10).toLocaleString('en')} calls`, value: early, unit: 'MB' },
        { label: `heap after ${(1.1 * CALLS).toLocaleString('en')} calls`, value: late, unit: 'MB' },
      ],
      note: `${calls.toLocaleString('en')} calls, ${cached.toLocaleString('en')} from the cache, ${unknown} unknown; a cached verdict must cost no call`,
    }
  } finally {
    server.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** About what the judge sends. */
const PROMPT = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x'.repeat(1800) }] })

async function judged(judge: Judge, i: number): Promise<void> {
  const [verdict] = await judge.judge({ messages: [], answer: { text: `dog ${i} barks` }, criteria: CRITERIA })
  if (verdict?.met !== true) throw new Error(`call ${i}: ${verdict?.reason}`)
}

/** Microseconds a call with AT_ONCE under way. */
async function timed(calls: number, one: (i: number) => Promise<unknown>): Promise<number> {
  let next = 0
  const start = performance.now()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < calls) await one(next++)
    }),
  )
  return (1000 * (performance.now() - start)) / calls
}

/** Megabytes in use once the garbage is gone. */
function heap(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed / 2 ** 20
}
