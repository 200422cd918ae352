import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openAiJudge } from '../../../src/judge/index.ts'
import { folderWith } from '../temporary.ts'
import { FAULTS, type Fault, judgeServer, wordJudge } from './server.ts'

const WORDS = ['dog', 'cat', 'bell']
const criteria = WORDS.map((word) => ({ id: word, criterion: `Mentions "${word}".`, points: 1 }))
const answers = Array.from({ length: 60 }, (_, i) => `${i}: ${WORDS.filter((_, k) => (i >> k) & 1).join(' and ')}.`)
const taskOf = (text: string) => ({ messages: [], answer: { text }, criteria })

/** Verdicts of all answers, asked for at once. */
async function verdictsFrom(url: string | string[], attempts = 25) {
  const judge = await openAiJudge({
    url,
    model: 'm',
    attempts,
    concurrency: 24,
    timeoutSeconds: 0.25,
    backoff: { baseMs: 2, capMs: 20 },
  })
  const verdicts = await Promise.all(answers.map((text) => judge.judge(taskOf(text))))
  return { verdicts, metrics: judge.metrics() }
}

describe('a server that misbehaves', () => {
  const expected = answers.map((text) => WORDS.map((word) => text.includes(word)))

  it.each([0.1, 0.3])('in %d of its replies changes no verdict', async (rate) => {
    const [good, bad] = await Promise.all([
      judgeServer({ reply: wordJudge, keep: false }),
      judgeServer({ reply: wordJudge, rate, seed: rate, keep: false }),
    ])
    onTestFinished(() => Promise.all([good.close(), bad.close()]).then(() => {}))
    const faultless = await verdictsFrom(good.url)
    const faulty = await verdictsFrom(bad.url)
    expect(faultless.verdicts.map((all) => all.map(({ met }) => met))).toEqual(expected)
    expect(faulty.verdicts).toEqual(faultless.verdicts)
    // Every kind of fault was met, and none is missing from the count.
    expect([...bad.faults.keys()].sort()).toEqual([...FAULTS].sort())
    const injected = [...bad.faults.values()].reduce((sum, n) => sum + n, 0)
    const retried = Object.values(faulty.metrics.retries).reduce((sum, n) => sum + n, 0)
    expect(retried).toBeGreaterThanOrEqual(injected)
    expect(faulty.metrics).toMatchObject({ verdicts: 180, unknown: 0, calls: 180 + retried })
  })

  it.each<[Fault, string]>([
    ['429', '429'],
    ['500', '500'],
    ['reset', 'network'],
    ['hang', 'timeout'],
    ['slow', 'timeout'],
    ['cutBody', 'network'],
    ['emptyChoices', 'body'],
    ['truncated', 'unreadable'],
    ['prose', 'unreadable'],
    ['wrongType', 'unreadable'],
  ])(
    'with %s at every request gives an unknown verdict or says that nobody answers, and is counted as %s',
    async (fault, kind) => {
      const server = await judgeServer({ reply: wordJudge, rate: 1, faults: [fault], keep: false })
      onTestFinished(() => server.close())
      const judge = await openAiJudge({
        url: server.url,
        model: 'm',
        attempts: 3,
        timeoutSeconds: 0.15,
        backoff: { baseMs: 1, capMs: 2 },
      })
      const found = await judge.judge({ ...taskOf('a dog'), criteria: criteria.slice(0, 1) }).then(
        ([verdict]) => `${verdict!.met}: ${verdict!.reason}`,
        (error: Error) => error.message,
      )
      expect(found).toMatch(/^null: no verdict in 3 tries|^no judge answers at .* 3 tries\.$/)
      const { retries } = judge.metrics()
      expect(Object.keys(retries).every((found) => found === kind || (kind === '500' && found === '503'))).toBe(true)
      expect(judge.metrics().calls).toBe(3)
    },
  )
})

describe('a judge that is killed', () => {
  it('pays for nothing twice that it had been told', async () => {
    const server = await judgeServer({ reply: wordJudge, delayMs: 15, keep: false })
    onTestFinished(() => server.close())
    const cache = path.join(folderWith(), 'cache.sqlite')
    const concurrency = 8
    const first = start(server.url, cache, concurrency)
    const told = new Set<string>()
    for await (const line of createInterface({ input: first.stdout! })) {
      told.add(line)
      if (told.size === 40) first.kill('SIGKILL')
    }
    const before = new Map(server.answered)
    const second = start(server.url, cache, concurrency)
    const lines: string[] = []
    for await (const line of createInterface({ input: second.stdout! })) lines.push(line)
    expect(new Set(lines)).toHaveLength(180)

    const repeated = [...server.answered].filter(([key, n]) => n > (before.get(key) ?? 0) && before.has(key))
    // Replies on their way when the process died are asked for again; nothing else is.
    expect(repeated.length).toBeLessThanOrEqual(concurrency)
    const keysTold = new Set([...told].map((line) => line.split('\t')[1]!))
    expect(keysTold.size).toBeGreaterThanOrEqual(40)
    for (const [key] of repeated) expect(keysTold).not.toContain(key)
    expect(server.answered.size).toBe(180)
  })
})

/** A process that judges every answer and prints a line for each verdict it was given. */
function start(url: string, cache: string, concurrency: number): ChildProcess {
  const program = path.join(import.meta.dirname, 'judgeAll.ts')
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', program, JSON.stringify({ url, cache, concurrency, answers })],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}
