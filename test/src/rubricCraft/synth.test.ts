import { readFileSync } from 'node:fs'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { addRubric } from '../../../src/cli/commands/rubric.ts'
import { runCli } from '../../../src/cli/program.ts'
import { readRubric } from '../../../src/rubricCraft/synth/readCriteria.ts'
import { synthRubrics } from '../../../src/rubricCraft/synth/synthRubrics.ts'
import { type Asked, judgeServer } from '../judge/server.ts'
import { folderWith, jsonLines } from '../temporary.ts'

const CRITERIA = [
  { criterion: 'Names the bell.', points: 5 },
  { criterion: 'Says that it rings twice.', points: 4 },
  { criterion: 'Answers in one sentence.', points: 2 },
  { criterion: 'Names a dog.', points: -3 },
  { criterion: 'Names the room.', points: 1 },
]
const rubrics = (criteria: readonly object[] = CRITERIA) => JSON.stringify({ rubrics: criteria })
const readProblem = (reply: string) => {
  const read = readRubric(reply, 'x')
  return read.ok ? null : read.problem
}

describe('a written rubric', () => {
  it('is read with thoughts, a fence and words around it', () => {
    const reply = `<think>five of them</think>Here it is:\n\`\`\`json\n${rubrics()}\n\`\`\`\nThat is all.`
    const read = readRubric(reply, 'bell')
    expect(read.ok && read.value.name).toBe('bell')
    expect(read.ok && read.value.criteria.map(({ criterion, points }) => ({ criterion, points }))).toEqual(CRITERIA)
  })

  it('is refused with what is wrong', () => {
    expect(readProblem('five criteria')).toBe('no {"rubrics": […]} in the reply')
    expect(readProblem(rubrics(CRITERIA.slice(1)))).toBe('4 criteria, expected 5 to 15')
    expect(readProblem(rubrics([...CRITERIA.slice(1), { criterion: 'X.', points: 0 }]))).toMatch(
      /^1 of 5 criteria lack/,
    )
    expect(readProblem(rubrics([...CRITERIA.slice(1), { criterion: 'X.', points: 11 }]))).toMatch(
      /^1 of 5 criteria lack/,
    )
    expect(readProblem(rubrics([...CRITERIA, CRITERIA[0]!]))).toBe('two criteria of one text')
    const negative = CRITERIA.map(({ criterion, points }) => ({ criterion, points: -Math.abs(points) }))
    expect(readProblem(rubrics(negative))).not.toBeNull()
  })
})

describe('synthRubrics', () => {
  const ask = (id: string) => ({ id, messages: [{ role: 'user' as const, content: `what rings in ${id}?` }] })
  const samples = [
    { ...ask('known'), reference: 'a bell, twice' },
    { ...ask('taught'), messages: [...ask('taught').messages, { role: 'assistant' as const, content: 'the bell' }] },
    ask('open'),
  ]
  const options = (url: string) => ({ url, model: 'm', attempts: 4, backoff: { baseMs: 1, capMs: 2 } })

  it('writes from the reference, the taught answer, or one that is written first', async () => {
    const server = await judgeServer({
      reply: ({ prompt }) => (prompt.startsWith('Answer the last turn') ? 'A written bell.' : rubrics()),
    })
    onTestFinished(() => server.close())
    const { samples: done, left } = await synthRubrics(samples, options(server.url))
    expect(left).toEqual([])
    expect(done.map(({ id, reference }) => [id, reference])).toEqual([
      ['known', 'a bell, twice'],
      ['taught', expect.stringContaining('the bell')],
      ['open', 'A written bell.'],
    ])
    expect(done.every(({ messages }) => messages.at(-1)!.role === 'user')).toBe(true)
    const prompts = server.asked.map(({ prompt }) => prompt).filter((prompt) => prompt.startsWith('Write the rubric'))
    expect(prompts).toHaveLength(3)
    expect(prompts.some((prompt) => prompt.includes('what rings in open?') && prompt.includes('A written bell.'))).toBe(
      true,
    )
  })

  it('asks again for what is no rubric, and leaves out by name what never becomes one', async () => {
    const tries = new Map<string, number>()
    const reply = ({ prompt }: Asked) => {
      const id = /what rings in (\w+)/.exec(prompt)![1]!
      const n = (tries.get(id) ?? 0) + 1
      tries.set(id, n)
      return id === 'known' || n < 3 ? 'no rubric today' : rubrics()
    }
    const server = await judgeServer({ reply })
    onTestFinished(() => server.close())
    const { samples: done, left, metrics } = await synthRubrics(samples.slice(0, 2), options(server.url))
    expect(done.map(({ id }) => id)).toEqual(['taught'])
    expect(left).toEqual([expect.stringMatching(/^known: no verdict in 4 tries; the last: no \{"rubrics"/)])
    expect(metrics).toMatchObject({ calls: 7, retries: { unreadable: 5 } })
  })
})

describe('rubato rubric synth', () => {
  async function rubato(...words: string[]) {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const io = { stdin: new PassThrough(), stdout, stderr, signal: new AbortController().signal }
    const code = await runCli(['rubric', 'synth', ...words], io, [
      addRubric({ craft: () => import('../../../src/rubricCraft/index.ts') }),
    ])
    return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') }
  }

  it('writes samples that training reads, and pays for none twice', async () => {
    const server = await judgeServer({ reply: () => rubrics() })
    onTestFinished(() => server.close())
    const folder = folderWith({
      'data.jsonl': jsonLines({ id: 'a', messages: [{ role: 'user', content: 'what rings?' }], reference: 'a bell' }),
    })
    const at = (name: string) => path.join(folder, name)
    const words = [
      at('data.jsonl'),
      '--out',
      at('out.jsonl'),
      '--judge',
      server.url,
      '--judge-model',
      'm',
      '--cache',
      at('c.sqlite'),
    ]
    expect(await rubato(...words)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/: 1 of 1 samples; 1 calls, 0 from/),
    })
    const [line] = readFileSync(at('out.jsonl'), 'utf8').trimEnd().split('\n')
    expect(JSON.parse(line!)).toMatchObject({ id: 'a', reference: 'a bell', rubric: { name: 'a', criteria: CRITERIA } })
    expect((await rubato(...words)).out).toMatch(/0 calls, 1 from the cache/)
  })

  it('is refused without a server', async () => {
    const { code, err } = await rubato('data.jsonl', '--out', 'x.jsonl')
    expect(code).toBe(2)
    expect(err).toBe('rubric synth: needs --judge, the address of a server whose model writes.\n')
  })
})
