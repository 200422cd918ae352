import { existsSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { encodeWav } from '../../../audio/index.ts'
import { type Judge, type JudgeTask, type OpenAiJudgeOptions, openAiJudge } from '../../../src/judge/index.ts'
import { folderWith } from '../temporary.ts'
import { type Asked, completion, type JudgeServer, judgeServer, wordJudge } from './server.ts'

const mentions = (...words: string[]) =>
  words.map((word) => ({ id: word, criterion: `Mentions "${word}".`, points: word === 'cat' ? -2 : 3 }))
const task = (text: string, ...words: string[]): JudgeTask => ({
  messages: [
    { role: 'system', content: 'You hear animals.' },
    { role: 'user', content: 'what do you hear?' },
  ],
  answer: { text },
  criteria: mentions(...words),
})
const backoff = { baseMs: 1, capMs: 5 }

async function serverThat(
  reply: Parameters<typeof judgeServer>[0]['reply'],
  options: Partial<Parameters<typeof judgeServer>[0]> = {},
): Promise<JudgeServer> {
  const server = await judgeServer({ reply, ...options })
  onTestFinished(() => server.close())
  return server
}

async function judgeAt(url: string | readonly string[], options: Partial<OpenAiJudgeOptions> = {}): Promise<Judge> {
  const judge = await openAiJudge({ url, model: 'm', backoff, ...options })
  onTestFinished(() => judge.close())
  return judge
}

describe('a judge behind an OpenAI-compatible server', () => {
  it('is asked about each criterion and gives verdicts with evidence', async () => {
    const server = await serverThat(wordJudge)
    const judge = await judgeAt(server.url)
    expect(await judge.judge(task('Two Dogs bark.', 'dog', 'cat'))).toEqual([
      {
        criterionId: 'dog',
        met: true,
        reason: 'It has dog.',
        evidence: [{ kind: 'words', start: 4, end: 7, text: 'Dog' }],
      },
      { criterionId: 'cat', met: false, reason: 'It lacks cat.' },
    ])
    expect(judge.metrics()).toMatchObject({
      calls: 2,
      verdicts: 2,
      unknown: 0,
      promptTokens: 200,
      completionTokens: 40,
    })
  })

  it('can be asked about all criteria at once', async () => {
    const server = await serverThat(({ prompt }) => {
      const numbers = [...prompt.matchAll(/^(\d+)\. Mentions "(\w+)"/gm)]
      return JSON.stringify({
        verdicts: numbers.map(([, n, word]) => ({
          criterion: Number(n),
          explanation: word,
          criteria_met: word === 'dog',
        })),
      })
    })
    const judge = await judgeAt(server.url, { ask: 'all' })
    const verdicts = await judge.judge(task('Two dogs bark.', 'cat', 'dog'))
    expect(verdicts.map(({ criterionId, met }) => [criterionId, met])).toEqual([
      ['cat', false],
      ['dog', true],
    ])
    expect(server.asked).toHaveLength(1)
  })

  it('keeps what could be read of a reply about all criteria; the rest is unknown', async () => {
    const server = await serverThat(() => '{"verdicts": [{"criterion": 2, "criteria_met": true}]}')
    const judge = await judgeAt(server.url, { ask: 'all', attempts: 3 })
    const verdicts = await judge.judge(task('Two dogs bark.', 'cat', 'dog'))
    expect(verdicts.map(({ met }) => met)).toEqual([null, true])
    expect(verdicts[0]!.reason).toBe('no verdict in 3 tries; the last: no single verdict on criterion 1')
    expect(judge.metrics()).toMatchObject({ calls: 3, unknown: 1, retries: { unreadable: 2 } })
  })

  it('is unknown, and says why, when no reply can be read', async () => {
    const server = await serverThat(() => 'I like it.')
    const judge = await judgeAt(server.url, { attempts: 4 })
    const [verdict] = await judge.judge(task('Two dogs bark.', 'dog'))
    expect(verdict).toEqual({
      criterionId: 'dog',
      met: null,
      reason: 'no verdict in 4 tries; the last: no criteria_met in I like it.',
    })
    expect(server.asked).toHaveLength(4)
  })

  it('sends another seed after a reply that could not be read, and the same one after a fault', async () => {
    const replies = ['prose', { status: 500, body: '' }, '{"criteria_met": true}']
    const server = await serverThat(() => replies.shift()!)
    const judge = await judgeAt(server.url, { seed: 7 })
    expect((await judge.judge(task('x', 'dog')))[0]!.met).toBe(true)
    expect(server.asked.map(({ body }) => body.seed)).toEqual([7, 8, 8])
  })

  it('sends what the template and the caller ask for, and takes out what is null', async () => {
    const server = await serverThat(wordJudge)
    const judge = await judgeAt(server.url, {
      template: 'ruscarl',
      apiKey: 'k-1',
      temperature: 0.2,
      body: { max_tokens: null, max_completion_tokens: 99, top_k: null },
    })
    await judge.judge(task('x', 'dog'))
    const { body, headers } = server.asked[0]!
    expect(body).toMatchObject({
      model: 'm',
      temperature: 0.2,
      max_completion_tokens: 99,
      top_p: 0.8,
      presence_penalty: 1.5,
    })
    expect(body).not.toHaveProperty('max_tokens')
    expect(body).not.toHaveProperty('top_k')
    expect(headers.authorization).toBe('Bearer k-1')
  })

  it.each([
    ['input_audio', (sound: Asked['sounds'][number]) => (sound.input_audio as { format: string; data: string }).data],
    [
      'audio_url',
      (sound: Asked['sounds'][number]) =>
        (sound.audio_url as { url: string }).url.replace('data:audio/wav;base64,', ''),
    ],
  ] as const)('hears clips as %s', async (audio, dataOf) => {
    const wav = encodeWav(new Float32Array(160).fill(0.25), 16_000)
    const folder = folderWith({ 'asked.wav': wav, 'said.wav': encodeWav(new Float32Array(80), 16_000) })
    const server = await serverThat(() => '{"criteria_met": true, "evidence": [{"start": 0.5, "end": 1.25}]}')
    const judge = await judgeAt(server.url, { audio })
    const [verdict] = await judge.judge({
      ...task('', 'dog'),
      messages: [{ role: 'user', content: [{ type: 'audio', path: path.join(folder, 'asked.wav') }] }],
      answer: { recording: path.join(folder, 'said.wav') },
    })
    expect(verdict!.evidence).toEqual([{ kind: 'time', startSeconds: 0.5, endSeconds: 1.25 }])
    const { sounds, prompt } = server.asked[0]!
    expect(sounds.map(({ type }) => type)).toEqual([audio, audio])
    expect(Buffer.from(dataOf(sounds[0]!), 'base64')).toEqual(Buffer.from(wav))
    expect(prompt).toContain('user: [audio 1, attached]')
    expect(prompt).toContain('[audio 2, attached]')
  })

  it('does not pretend to have heard a recording without a transcript when it hears no sound', async () => {
    const server = await serverThat(wordJudge)
    const judge = await judgeAt(server.url)
    const [verdict] = await judge.judge({ ...task('', 'dog'), answer: { recording: 'said.wav' } })
    expect(verdict!.met).toBeNull()
    expect(server.asked).toEqual([])
  })

  it.each([
    [{ status: 401, body: '{"error":{"message":"bad key"}}' }, /judge at http.*: 401 bad key\.$/],
    [{ status: 404, body: '{"detail":"no model m"}' }, /404 no model m/],
    [{ status: 429, body: '{"error":{"code":"insufficient_quota","message":"pay first"}}' }, /429 pay first/],
  ])('stops at once where no request will ever get through: %j', async (reply, message) => {
    const server = await serverThat(() => reply)
    const judge = await judgeAt(server.url, { concurrency: 1 })
    await expect(judge.judge(task('x', 'dog', 'cat', 'cow'))).rejects.toThrow(message)
    expect(server.asked.length).toBe(1)
  })

  it('stops when nobody ever answered', async () => {
    const server = await judgeServer({ reply: wordJudge })
    await server.close()
    const judge = await judgeAt(server.url, { attempts: 3 })
    await expect(judge.judge(task('x', 'dog'))).rejects.toThrow(/no judge answers at .*ECONNREFUSED, 3 tries/)
  })

  it('goes on after a request that only this answer makes wrong', async () => {
    const server = await serverThat((asked) =>
      asked.prompt.includes('endless')
        ? { status: 400, body: '{"error":{"message":"context too long"}}' }
        : wordJudge(asked),
    )
    const judge = await judgeAt(server.url)
    expect(await judge.judge(task('endless', 'dog'))).toMatchObject([
      { met: null, reason: 'the judge refused the request: 400 context too long' },
    ])
    expect(await judge.judge(task('a dog', 'dog'))).toMatchObject([{ met: true }])
  })

  it('leaves an endpoint alone as long as it asks for', async () => {
    let first = true
    const server = await serverThat((asked) => {
      if (!first) return wordJudge(asked)
      first = false
      return { status: 429, body: '{}', headers: { 'retry-after-ms': '120' } }
    })
    const judge = await judgeAt(server.url)
    const start = performance.now()
    await judge.judge(task('a dog', 'dog'))
    expect(performance.now() - start).toBeGreaterThanOrEqual(115)
    expect(judge.metrics().retries).toEqual({ '429': 1 })
  })

  it('keeps to the concurrency of each endpoint and uses all of them', async () => {
    const servers = await Promise.all([1, 2].map(() => serverThat(wordJudge, { delayMs: 5 })))
    const judge = await judgeAt('unused', {
      endpoints: servers.map(({ url }, i) => ({ url, concurrency: i + 1 })),
    } as Partial<OpenAiJudgeOptions>)
    await Promise.all(Array.from({ length: 30 }, (_, i) => judge.judge(task(`dog ${i}`, 'dog'))))
    expect(servers.map((server) => server.peak())).toEqual([1, 2])
    const [one, two] = servers.map(({ asked }) => asked.length) as [number, number]
    expect(one + two).toBe(30)
    expect(one).toBeGreaterThan(5)
  })

  it('goes to another endpoint when one is dead', async () => {
    const dead = await judgeServer({ reply: wordJudge })
    await dead.close()
    const alive = await serverThat(wordJudge)
    const judge = await judgeAt([dead.url, alive.url])
    const verdicts = await Promise.all(Array.from({ length: 20 }, (_, i) => judge.judge(task(`dog ${i}`, 'dog'))))
    expect(verdicts.flat().every(({ met }) => met)).toBe(true)
  })

  it('stops waiting when aborted, and lets go of its requests', async () => {
    const server = await serverThat(() => 'hang')
    const judge = await judgeAt(server.url)
    const stop = new AbortController()
    const judging = judge.judge(task('x', 'dog', 'cat'), { signal: stop.signal })
    setTimeout(() => stop.abort(new Error('enough')), 30)
    await expect(judging).rejects.toThrow('enough')
    await expect(judge.judge(task('x', 'dog'), { signal: stop.signal })).rejects.toThrow('enough')
  })

  it('asks once for what two callers want at the same time, and an abort of one leaves the other its verdict', async () => {
    const server = await serverThat(wordJudge, { delayMs: 30 })
    const judge = await judgeAt(server.url)
    const stop = new AbortController()
    const aborted = judge.judge(task('a dog', 'dog'), { signal: stop.signal })
    const other = judge.judge(task('a dog', 'dog'))
    await sleep(5)
    stop.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    expect(await other).toMatchObject([{ met: true }])
    expect(server.asked).toHaveLength(1)
  })

  it('shows the middle of an endless answer to nobody, and counts it', async () => {
    const server = await serverThat(wordJudge)
    const judge = await judgeAt(server.url, { maxAnswerChars: 1000 })
    await judge.judge(task(`dog${' bark'.repeat(100_000)} cat`, 'dog'))
    expect(server.asked[0]!.prompt.length).toBeLessThan(4000)
    expect(server.asked[0]!.prompt).toContain('[499007 characters were cut out here]')
    expect(judge.metrics().nCut).toBe(1)
  })

  it.each([
    [{ template: 'healthbanch' }, 'judge template "healthbanch": unknown name. Did you mean "healthbench"?'],
    [{ url: 'localhost:8000' }, 'judge url "localhost:8000": expected an address such as http://127.0.0.1:8000/v1.'],
    [{ budget: { money: 1 } }, 'openAiJudge budget.money: needs prices'],
    [{ atempts: 3 }, 'openAiJudge atempts: unknown key. Did you mean "attempts"?'],
  ])('refuses %j', async (wrong, message) => {
    await expect(openAiJudge({ url: 'http://x/v1', model: 'm', ...wrong } as OpenAiJudgeOptions)).rejects.toThrow(
      message,
    )
  })
})

describe('the budget', () => {
  it('of calls is never gone beyond, and what was judged stays judged', async () => {
    const server = await serverThat(wordJudge)
    const cache = path.join(folderWith(), 'cache.sqlite')
    const judge = await judgeAt(server.url, { budget: { calls: 5 }, cache, concurrency: 2 })
    const settled = await Promise.allSettled(Array.from({ length: 9 }, (_, i) => judge.judge(task(`dog ${i}`, 'dog'))))
    const refused = settled.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
    expect(refused).toHaveLength(4)
    for (const reason of refused) expect(reason).toContain('the budget of 5 calls is spent.')
    expect(server.asked).toHaveLength(5)
    const again = await judgeAt(server.url, { cache })
    await Promise.all(Array.from({ length: 9 }, (_, i) => again.judge(task(`dog ${i}`, 'dog'))))
    expect(server.asked).toHaveLength(9)
    expect(again.metrics()).toMatchObject({ cached: 5, calls: 4 })
  })

  it('of money is never gone beyond either, whatever is under way at once', async () => {
    const usage = { prompt_tokens: 1000, completion_tokens: 100 }
    const server = await serverThat((asked) => ({ status: 200, body: completion(wordJudge(asked), usage) }), {
      delayMs: 2,
    })
    const prices = { input: 2, output: 8 } // a call costs 0.0028
    const judge = await judgeAt(server.url, { budget: { money: 0.05 }, prices, maxTokens: 200 })
    const settled = await Promise.allSettled(Array.from({ length: 40 }, (_, i) => judge.judge(task(`dog ${i}`, 'dog'))))
    expect(settled.some(({ status }) => status === 'rejected')).toBe(true)
    const { cost, calls } = judge.metrics()
    expect(cost).toBeCloseTo(calls * 0.0028, 9)
    expect(cost!).toBeLessThanOrEqual(0.05)
    expect(cost!).toBeGreaterThan(0.04) // what was set aside for calls under way is given back
  })
})

describe('the cache', () => {
  const file = () => path.join(folderWith(), 'deep', 'cache.sqlite')

  it('answers for the same question, after the judge is closed and opened again', async () => {
    const server = await serverThat(wordJudge)
    const cache = file()
    const first = await judgeAt(server.url, { cache })
    const verdicts = await first.judge(task('a dog', 'dog', 'cat'))
    first.close()
    expect(existsSync(cache)).toBe(true)
    const second = await judgeAt(server.url, { cache })
    expect(await second.judge(task('a dog', 'cat', 'dog'))).toEqual(verdicts.toReversed())
    expect(server.asked).toHaveLength(2)
    expect(second.metrics()).toMatchObject({ calls: 0, cached: 2, verdicts: 2 })
  })

  const base = { model: 'm', template: 'ruscarl' }
  it.each<[string, Partial<OpenAiJudgeOptions>, Partial<JudgeTask>]>([
    ['model', { model: 'other' }, {}],
    ['template', { template: 'healthbench' }, {}],
    ['temperature', { temperature: 0.1 }, {}],
    ['seed', { seed: 3 }, {}],
    ['further field', { body: { top_p: 0.5 } }, {}],
    ['guard', { guard: false }, {}],
    ['form', { ask: 'all' }, {}],
    ['server', { identity: 'elsewhere' }, {}],
    ['answer', {}, { answer: { text: 'a  dog' } }],
    ['conversation', {}, { messages: [{ role: 'user', content: 'and now?' }] }],
    ['criterion', {}, { criteria: [{ id: 'dog', criterion: 'Mentions "dog"!', points: 3 }] }],
    ['reference', {}, { reference: 'a dog barks' }],
    ['repetition', {}, { repeat: 1 }],
  ])('asks again when the %s is another', async (_, options, changed) => {
    const server = await serverThat((asked) =>
      asked.prompt.includes('numbered') ? '{"verdicts":[{"criterion":1,"criteria_met":true}]}' : wordJudge(asked),
    )
    const cache = file()
    await (await judgeAt(server.url, { ...base, cache })).judge(task('a dog', 'dog'))
    await (await judgeAt(server.url, { ...base, cache })).judge(task('a dog', 'dog'))
    expect(server.asked).toHaveLength(1)
    await (await judgeAt(server.url, { ...base, ...options, cache })).judge({ ...task('a dog', 'dog'), ...changed })
    expect(server.asked).toHaveLength(2)
  })

  it('does not ask again for what changes nothing: the name of a criterion, points that are hidden, a system turn that is dropped, another replica', async () => {
    const [server, replica] = await Promise.all([serverThat(wordJudge), serverThat(wordJudge)])
    const cache = file()
    await (await judgeAt(server.url, { ...base, cache })).judge(task('a dog', 'dog'))
    const judge = await judgeAt([server.url, replica.url], { ...base, cache, concurrency: 3, attempts: 2 })
    const { messages } = task('', 'dog')
    await judge.judge({
      messages: messages.slice(1),
      answer: { text: 'a dog' },
      criteria: [{ id: 'renamed', criterion: 'Mentions "dog".', points: -9 }],
    })
    expect(judge.metrics().calls).toBe(0)
  })

  it('refuses a file that is something else, and says so', async () => {
    const cache = path.join(
      folderWith({ 'notes.txt': 'not a database, and long enough to be taken for one'.repeat(40) }),
      'notes.txt',
    )
    await expect(openAiJudge({ url: 'http://x/v1', model: 'm', cache })).rejects.toThrow(
      /notes\.txt: no cache of judgements \(file is not a database\)/,
    )
  })
})
