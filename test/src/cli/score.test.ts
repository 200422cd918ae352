import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { addScore } from '../../../src/cli/commands/score.ts'
import { judgeServer, wordJudge } from '../judge/server.ts'
import { folderWith, jsonLines } from '../temporary.ts'
import { call } from './listener.ts'

const commands = [
  addScore({
    score: () => import('../../../src/score/runScore.ts'),
    transcriber: async () => ({ transcribe: async () => 'a bell', close: async () => {} }),
  }),
]
const rubric = `name: bell
criteria:
  - { id: bell, criterion: 'Mentions "bell".', points: 5 }
  - { id: brief, criterion: Is brief., points: 3, verify: { kind: word-count, max: 4 } }
`
let folder: string
const at = (name: string) => path.join(folder, name)
const score = (...words: string[]) => call(commands, ['score', '--rubric', at('bell.yaml'), ...words])

beforeEach(() => {
  folder = folderWith({
    'bell.yaml': rubric,
    'a.jsonl': jsonLines(
      { id: 1, messages: [{ role: 'user', content: 'what?' }], answer: 'a bell' },
      {
        id: 2,
        messages: [
          { role: 'user', content: 'what?' },
          { role: 'assistant', content: 'a horn, I would say' },
        ],
      },
    ),
    'b.jsonl': jsonLines(
      { id: 1, prompt: 'what?', completion: 'a bell' },
      { sample_id: 2, prompt: 'what?', completion: 'a bell', control: 'none', score: 0.1 },
    ),
  })
  vi.spyOn(process, 'cwd').mockReturnValue(folder)
})
afterEach(() => vi.restoreAllMocks())

async function judged(): Promise<string[]> {
  const server = await judgeServer({ reply: wordJudge })
  onTestFinished(() => server.close())
  return ['--judge', server.url, '--judge-model', 'm', '--cache', at('cache.sqlite')]
}

describe('rubato score', () => {
  it('exits with 0 where all is well, 1 where it failed, 3 where it is open, 2 for a wrong call', async () => {
    const judge = await judged()
    expect((await score('--text', 'a bell', ...judge)).code).toBe(0)
    expect((await score('--text', 'a bell', ...judge, '--min-score', '1', '--require', 'bell,brief')).code).toBe(0)
    const failed = await score('--text', 'a horn', ...judge, '--min-score', '0.5')
    expect([failed.code, failed.err]).toEqual([1, 'failed: mean score 0.375 is below 0.5\n'])
    expect((await score('--text', 'a bell')).code).toBe(3)
    expect((await score('--text', 'a bell', '--require', 'brief', '--allow-unknown')).code).toBe(0)
    expect((await score('--text', 'a bell', '--require', 'no-such-id')).code).toBe(2)
  })

  it('prints verdicts and reasons for people, and everything for machines', async () => {
    const judge = await judged()
    const { out } = await score('--text', 'a bell', '--question', 'what?', ...judge)
    expect(stripVTControlCharacters(out)).toMatch(
      /^✓ bell {3}\+5 {2}met {2}It has bell\.( \(“bell”\))?\n✓ brief {2}\+3 {2}met {2}2 words, allowed at most 4\nscore 1\.000 \(8 of 8 points, bell\)\njudge m \(quoting\): 1 calls, 0 from the cache/,
    )
    const json = JSON.parse((await score('--text', 'a bell', '--question', 'what?', '--json', ...judge)).out)
    expect(json).toMatchObject({
      outcome: 'pass',
      total: { score: 1, n: 1 },
      nUnknown: 0,
      judge: { calls: 0, cached: 1 },
    })
    expect(json.answers[0].criteria[0]).toMatchObject({
      id: 'bell',
      met: true,
      decidedBy: 'judge',
      evidence: [{ text: 'bell' }],
    })
  })

  it('reads JSON lines in each of their forms, and writes every report', async () => {
    const reports = ['junit', 'markdown', 'html', 'out'].flatMap((form) => [`--${form}`, at(`r.${form}`)])
    const { code, out } = await score(at('a.jsonl'), ...(await judged()), ...reports)
    expect(code).toBe(0)
    expect(stripVTControlCharacters(out)).toContain('score 0.500 [0.000, 1.000], 2 answers')
    for (const form of ['junit', 'markdown', 'html', 'out']) expect(existsSync(at(`r.${form}`))).toBe(true)
    const scored = readFileSync(at('r.out'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(scored.map(({ id, score, text }) => [id, score, text])).toEqual([
      ['1', 1, 'a bell'],
      ['2', 0, 'a horn, I would say'],
    ])
    // What was scored can be scored again.
    expect((await score(at('r.out'), '--allow-unknown')).code).toBe(0)
  })

  it('compares two systems answer by answer', async () => {
    const { code, out } = await score('--compare', at('a.jsonl'), at('b.jsonl'), ...(await judged()), '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      score: { mean: 0.5, n: 2 },
      wins: 1,
      ties: 1,
      losses: 0,
      a: { mean: 0.5 },
      b: { mean: 1 },
    })
    expect((await score('--compare', at('a.jsonl'))).err).toContain('expected two files of JSON lines, got 1.')
  })

  it.each<[string[], string]>([
    [['--judge', 'http://x/v1', '--text', 'x'], '--judge: needs --judge-model'],
    [['--judge-model', 'm', '--text', 'x'], '--judge-model: needs --judge'],
    [
      ['--judge', 'http://x/v1', '--judge-model', 'm', '--judge-key', 'NO_SUCH_VARIABLE_HERE', '--text', 'x'],
      'the environment has no NO_SUCH_VARIABLE_HERE',
    ],
    [
      ['--judge', 'http://x/v1', '--judge-model', 'm', '--judge-template', 'ruscal', '--text', 'x'],
      'Did you mean "ruscarl"?',
    ],
    [[], 'no answer. Name files, or give one with --text.'],
    [['--text', 'x', '--prices', '2'], 'Expected two prices, such as 2,8.'],
  ])('refuses %j', async (words, message) => {
    const { code, err } = await score(...words)
    expect(code).toBe(2)
    expect(err).toContain(message)
  })

  it.each([
    ['{"id": 1, "prompt": "x"}', 'bad.jsonl:1 no answer. Write "answer"'],
    ['{"id": 1, "answer": {"txt": "x"}}', 'bad.jsonl:1 answer.txt: unknown key. Did you mean "text"?'],
    ['{"id": 1, "answer": 5}', 'bad.jsonl:1 answer: expected'],
    ['nonsense', 'bad.jsonl:1 not JSON: nonsense'],
    ['', 'bad.jsonl: no answers.'],
  ])('names file, line and key of what is wrong in %j', async (line, message) => {
    const bad = path.join(folderWith({ 'bad.jsonl': line }), 'bad.jsonl')
    const { code, err } = await score(bad)
    expect(code).toBe(2)
    expect(err).toContain(message)
  })

  it('keeps a key for the server that it was meant for', async () => {
    const server = await judgeServer({ reply: wordJudge })
    onTestFinished(() => server.close())
    vi.stubEnv('OPENAI_API_KEY', 'secret')
    await score('--text', 'a bell', '--judge', server.url, '--judge-model', 'm', '--no-cache')
    expect(server.asked[0]!.headers.authorization).toBeUndefined()
    vi.stubEnv('RUBATO_JUDGE_KEY', 'ours')
    await score('--text', 'a bell', '--judge', server.url, '--judge-model', 'm', '--no-cache')
    expect(server.asked[1]!.headers.authorization).toBe('Bearer ours')
    vi.unstubAllEnvs()
  })

  it('ends with what was judged when the budget is spent', async () => {
    const { code, out } = await score(at('a.jsonl'), ...(await judged()), '--max-calls', '1', '--json')
    expect(code).toBe(3)
    expect(JSON.parse(out)).toMatchObject({ nUnknown: 1, judge: { calls: 1 } })
  })
})
