import { readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { harmless } from '../../../src/judge/hostile.ts'
import { silentProgress } from '../../../src/progress/index.ts'
import { seededRandom } from '../../../src/random.ts'
import type { RolloutRecord } from '../../../src/runs/index.ts'
import { openRun } from '../../../src/runs/index.ts'
import { trainRun } from '../../../src/train/index.ts'
import { folderToRemove, jsonLines } from '../temporary.ts'
import { judgeServer, wordJudge } from './server.ts'

/** Metrics of judges that docs/metrics.md explains. */
const page = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8')
const explained = [...page.matchAll(/^\| `(judge\/[^`]+)` \|/gm)].map(([, name]) => name).sort()

const LETTERS = ['s', 'o', 'a', 'n']
const rubric = {
  name: 'letters',
  criteria: [
    ...LETTERS.map((letter) => ({ id: letter, criterion: `Mentions "${letter}".`, points: 2 })),
    { id: 'short', criterion: 'Is short.', points: 1, verify: { kind: 'word-count', max: 2 } },
  ],
}
const ask = (i: number) => [{ role: 'user', content: `what is ${i}?` }]
const FILES = {
  'taught.jsonl': jsonLines(
    ...Array.from({ length: 6 }, (_, i) => ({
      id: `t${i}`,
      messages: [...ask(i), { role: 'assistant', content: `a sound no. ${i}` }],
    })),
  ),
  'asked.jsonl': jsonLines(...Array.from({ length: 4 }, (_, i) => ({ id: `a${i}`, messages: ask(i), rubric }))),
  'taught.yaml': `name: taught
model:
  audio: { width: 16, layers: 1, heads: 2, pool: 4 }
  language: { hidden: 32, layers: 1, heads: 2, kv_heads: 1, ffn: 32, vocab: 300, max_positions: 512 }
stages:
  - sft: { data: taught.jsonl, steps: 8, batch: 4, learning_rate: 1.0e-2 }
`,
  'recipe.yaml': `name: judged
model: taught
stages:
  - rl:
      data: asked.jsonl
      steps: 4
      prompts: 2
      group: 4
      minibatches: 1
      max_completion_tokens: 8
      learning_rate: 1.0e-2
      loss: { kl: 0 }
      judge: &judge { kind: server, url: given, model: m, attempts: 25, timeout_seconds: 60 }
eval:
  - { data: asked.jsonl, controls: [none], max_completion_tokens: 8, temperature: 1, judge: *judge }
`,
}

interface Call {
  readonly url: string
  readonly name?: string
  readonly overrides?: readonly string[]
  readonly resume?: boolean
  readonly signal?: AbortSignal
}

const train = (folder: string, { url, name = 'run', overrides = [], resume = false, signal }: Call) =>
  trainRun({
    recipeFile: path.join(folder, 'recipe.yaml'),
    overrides: [`stages[0].rl.judge.url=${url}`, `eval[0].judge.url=${url}`, ...overrides],
    runFolder: path.join(folder, name),
    resume,
    progress: silentProgress,
    ...(signal && { signal }),
  })

/** Everything that a judge could change. */
function outcomeOf(folder: string, name = 'run') {
  const run = openRun(path.join(folder, name))
  const rollouts = readdirSync(path.join(run.path, 'rollouts'))
    .sort()
    .flatMap((file) =>
      readFileSync(path.join(run.path, 'rollouts', file), 'utf8')
        .trimEnd()
        .split('\n'),
    )
    .map((line) => JSON.parse(line) as RolloutRecord)
  return {
    rollouts: rollouts.map(({ completion, verdicts, reward }) => ({ completion, verdicts, reward })),
    scores: run.readEvaluations().map(({ name, score, n_unknown }) => ({ name, score, n_unknown })),
    weights: readFileSync(path.join(run.path, 'model.safetensors')).toString('base64'),
  }
}

describe('a judge in training', { timeout: 60_000 }, () => {
  let folder: string
  let faultless: ReturnType<typeof outcomeOf>
  beforeAll(async () => {
    folder = folderToRemove(FILES)
    const [recipeFile, runFolder] = [path.join(folder, 'taught.yaml'), path.join(folder, 'taught')]
    await trainRun({ recipeFile, runFolder, progress: silentProgress })
    const server = await judgeServer({ reply: wordJudge })
    await train(folder, { url: server.url })
    await server.close()
    faultless = outcomeOf(folder)
  }, 60_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('decides what no verifier does, in rollouts and evaluations', () => {
    const { rollouts, scores } = faultless
    expect(rollouts).toHaveLength(4 * 2 * 4)
    for (const { completion, verdicts, reward } of rollouts) {
      // As the judge reads it: of an untaught model's control characters their names are shown.
      const met = LETTERS.map((letter) => harmless(completion).toLowerCase().includes(letter))
      expect(verdicts.slice(0, 4).map((verdict) => verdict.met)).toEqual(met)
      const short = verdicts[4]!.met ? 1 : 0
      expect(reward).toBeCloseTo((2 * met.filter(Boolean).length + short) / 9, 12)
    }
    expect(new Set(rollouts.map(({ reward }) => reward)).size).toBeGreaterThan(2)
    expect(scores.map(({ name, n_unknown }) => [name, n_unknown])).toEqual([
      ['before', 0],
      ['after', 0],
    ])
  })

  it('is told of in the metrics of each step', () => {
    const steps = openRun(path.join(folder, 'run'))
      .readMetrics()
      .filter(({ stage }) => stage === 'rl')
    expect(steps).toHaveLength(4)
    for (const step of steps) {
      expect(step['judge/unknown']).toBe(0)
      expect(step['judge/retries']).toBe(0)
      expect(Number(step['judge/calls']) + Number(step['judge/cached'])).toBeGreaterThan(0)
      expect(step['judge/latency_p95']).toBeGreaterThan(0)
      expect(step).not.toHaveProperty('judge/cost') // no prices
      expect([...Object.keys(step).filter((key) => key.startsWith('judge/')), 'judge/cost'].sort()).toEqual(explained)
    }
  })

  it('gives the same rewards, scores and weights where a third of its replies is faulty', async () => {
    const server = await judgeServer({ reply: wordJudge, rate: 0.3 })
    onTestFinished(() => server.close())
    const overrides = ['stages[0].rl.judge', 'eval[0].judge'].map((at) => `${at}.timeout_seconds=0.4`)
    await train(folder, { url: server.url, name: 'faulty', overrides })
    expect(server.faults.size).toBeGreaterThan(7)
    expect(outcomeOf(folder, 'faulty')).toEqual(faultless)
  })

  it('whose budget is spent saves the run, and going on pays for nothing twice', async () => {
    const server = await judgeServer({ reply: wordJudge })
    onTestFinished(() => server.close())
    const budget = ['stages[0].rl.judge', 'eval[0].judge'].map((at) => `${at}.budget={calls: 60}`)
    const call = { url: server.url, name: 'poor', overrides: budget }
    await expect(train(folder, call)).rejects.toThrow(
      /^(step \d+|evaluation): the budget of 60 calls is spent\. Saved after step \d+\. Go on, with as much again, with: rubato train .* --resume --run \S+poor$/,
    )
    for (let sitting = 0; sitting < 20; sitting++) {
      const done = await train(folder, { ...call, resume: true }).catch((error: Error) => error)
      if (!(done instanceof Error)) break
      expect(done.message).toContain('the budget of 60 calls is spent')
    }
    expect(outcomeOf(folder, 'poor')).toEqual(faultless)
    expect(new Set(server.answered.values())).toEqual(new Set([1]))
  })

  it('that is waited for is let go by Ctrl-C: the run is saved as it was before the step, and goes on', async () => {
    const stop = new AbortController()
    let asked = 0
    const server = await judgeServer({
      reply(what) {
        if (++asked < 60) return wordJudge(what)
        stop.abort()
        return 'hang'
      },
    })
    const call = { url: server.url, name: 'stopped' }
    await expect(train(folder, { ...call, signal: stop.signal })).rejects.toMatchObject({ name: 'Interrupted' })
    const { port } = new URL(server.url)
    await server.close()
    const again = await judgeServer({ reply: wordJudge, port: Number(port) })
    onTestFinished(() => again.close())
    await train(folder, { ...call, resume: true })
    expect(outcomeOf(folder, 'stopped')).toEqual(faultless)
  })

  it('that refuses to judge ends the run in one line, saved', async () => {
    const server = await judgeServer({ reply: () => ({ status: 401, body: '{"error":{"message":"no such key"}}' }) })
    onTestFinished(() => server.close())
    await expect(train(folder, { url: server.url, name: 'refused' })).rejects.toThrow(
      /^evaluation: .*401.*no such key.* Saved after step 0\. Go on with: rubato train /s,
    )
  })

  it('is refused before training when its key is nowhere, and its budget needs prices', async () => {
    const call = (override: string) =>
      train(folder, {
        url: 'http://127.0.0.1:9/v1',
        name: `n${seededRandom(override).integer(1e6)}`,
        overrides: [override],
      })
    await expect(call('stages[0].rl.judge.key=RUBATO_NO_SUCH_KEY')).rejects.toThrow(
      'judge.key: the environment has no RUBATO_NO_SUCH_KEY.',
    )
    await expect(call('stages[0].rl.judge.budget={money: 1}')).rejects.toThrow(/budget=\{money: 1\}: needs prices/)
    await expect(call('stages[0].rl.judge.template=quotin')).rejects.toThrow(/judge template "quotin"/)
  })
})
