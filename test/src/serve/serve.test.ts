import { rmSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningServer, startServer } from '../../../src/serve/serve.ts'
import { folderToRemove } from '../temporary.ts'
import { clip, tinyFiles, trainTiny } from '../tinyRun.ts'

let folder: string
let server: RunningServer
let client: OpenAI
const notices: string[] = []

beforeAll(async () => {
  folder = folderToRemove(tinyFiles())
  await trainTiny(folder, ['eval=[]'])
  server = await startServer({
    models: [path.join(folder, 'run')],
    port: 0,
    runs: folder,
    onNotice: (line) => notices.push(line),
  })
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 })
}, 240_000)
afterAll(async () => {
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

const sound = Buffer.from(clip('low', 1)).toString('base64')
const heard = (data = sound): OpenAI.ChatCompletionMessageParam[] => [
  {
    role: 'user',
    content: [
      { type: 'input_audio', input_audio: { data, format: 'wav' } },
      { type: 'text', text: 'what?' },
    ],
  },
]
const asked = { model: 'run', messages: heard(), max_tokens: 8, temperature: 0 } as const
const post = (body: string, headers: Record<string, string> = {}, address = '/v1/chat/completions') =>
  fetch(server.url + address, { method: 'POST', body, headers: { 'Content-Type': 'application/json', ...headers } })
const idle = async () => {
  for (let i = 0; i < 200; i++) {
    const { running, waiting } = (await (await fetch(`${server.url}/health`)).json()) as Record<string, number>
    if (running === 0 && waiting === 0) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('the queue does not empty')
}

describe('the server, asked by the openai client', () => {
  it('names its models', async () => {
    const ids = []
    for await (const model of client.models.list()) ids.push(model.id)
    expect(ids).toEqual(['run'])
    expect((await client.models.retrieve('run')).owned_by).toBe('rubato')
  })

  it('answers about a sound, alike at temperature 0, and streams the same words', async () => {
    const { choices, usage } = await client.chat.completions.create(asked)
    expect(choices[0]!.message.content).not.toBe('')
    expect(usage!.total_tokens).toBe(usage!.prompt_tokens + usage!.completion_tokens)
    const stream = await client.chat.completions.create({
      ...asked,
      stream: true,
      stream_options: { include_usage: true },
    })
    let text = ''
    let finish: string | null = null
    let total = 0
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? ''
      finish = chunk.choices[0]?.finish_reason ?? finish
      total = chunk.usage?.total_tokens ?? total
    }
    expect(text).toBe(choices[0]!.message.content)
    expect(finish).toBe(choices[0]!.finish_reason)
    expect(total).toBe(usage!.total_tokens)
  })

  it('hears the sound: another sound has other log-probabilities', async () => {
    const first = async (data: string) => {
      const { choices } = await client.chat.completions.create({ ...asked, messages: heard(data), logprobs: true })
      return choices[0]!.logprobs!.content![0]!.logprob
    }
    expect(await first(sound)).not.toBe(await first(Buffer.from(clip('noise', 2)).toString('base64')))
  })

  it('gives n answers, each with the log-probability of every token, streamed or not', async () => {
    const three = { ...asked, n: 3, temperature: 1, seed: 7, logprobs: true }
    const { choices, usage } = await client.chat.completions.create(three)
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2])
    const tokens = choices.map(({ logprobs }) => logprobs!.content!)
    expect(tokens.flat().every(({ logprob }) => logprob <= 0 && Number.isFinite(logprob))).toBe(true)
    // The token that ends an answer is counted and not told.
    const ended = choices.filter(({ finish_reason }) => finish_reason === 'stop').length
    expect(tokens.flat().length + ended).toBe(usage!.completion_tokens)
    const streamed = [[], [], []] as number[][]
    for await (const { choices } of await client.chat.completions.create({ ...three, stream: true })) {
      for (const { index, logprobs } of choices) {
        streamed[index]!.push(...(logprobs?.content ?? []).map(({ logprob }) => logprob))
      }
    }
    expect(streamed).toEqual(tokens.map((of) => of.map(({ logprob }) => logprob)))
  })

  it('says to those who ask together what it says to each alone, in as many tokens as each allows', async () => {
    const each = Array.from({ length: 7 }, (_, i) => ({
      ...asked,
      messages:
        i % 3 === 0
          ? [{ role: 'user' as const, content: `what ${i}?` }]
          : heard(Buffer.from(clip('low', i)).toString('base64')),
      max_tokens: 1 + 3 * i,
    }))
    const answer = async (one: (typeof each)[number]) => {
      const { choices, usage } = await client.chat.completions.create(one)
      return [choices[0]!.message.content, choices[0]!.finish_reason, usage]
    }
    const alone = []
    for (const one of each) alone.push(await answer(one))
    expect(await Promise.all(each.map(answer))).toEqual(alone)
  })

  it('gives the ids of prompt and answer to those who train on them, as vLLM does', async () => {
    const told = (await client.chat.completions.create({
      ...asked,
      return_token_ids: true,
    } as typeof asked)) as unknown as {
      prompt_token_ids: number[]
      choices: { token_ids: number[] }[]
      usage: { prompt_tokens: number }
    }
    expect(told.prompt_token_ids).toHaveLength(told.usage.prompt_tokens)
    expect(told.choices[0]!.token_ids.length).toBeGreaterThan(0)
  })

  it('ends an answer before a stop string', async () => {
    const { choices } = await client.chat.completions.create(asked)
    const whole = choices[0]!.message.content!
    const stop = whole.slice(2, 4)
    const stopped = (await client.chat.completions.create({ ...asked, stop })).choices[0]!
    expect(stopped.message.content).toBe(whole.slice(0, whole.indexOf(stop)))
    expect(stopped.finish_reason).toBe('stop')
  })

  it('says in OpenAI’s form what is wrong', async () => {
    await expect(client.chat.completions.create({ ...asked, model: 'gpt-4o' })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
      message: expect.stringContaining('served: run'),
    })
    await expect(client.chat.completions.create({ ...asked, temperature: 9 })).rejects.toMatchObject({
      status: 400,
      param: 'temperature',
    })
    for (const [more, param] of [
      [{ temperatur: 0 }, 'temperatur'],
      [{ top_logprobs: 3 }, 'top_logprobs'],
      [{ response_format: { type: 'json_object' } }, 'response_format.type'],
      [{ n: 17 }, 'n'],
    ] as const) {
      const wrong = { ...asked, ...more } as unknown as OpenAI.ChatCompletionCreateParamsNonStreaming
      await expect(client.chat.completions.create(wrong)).rejects.toMatchObject({ status: 400, param })
    }
    await expect(
      client.audio.transcriptions.create({
        model: 'whisper-1',
        file: new File([Buffer.from(clip('low', 1))], 'a.wav'),
      }),
    ).rejects.toMatchObject({ status: 404 })
    await expect(
      client.chat.completions.create({
        ...asked,
        stream: true,
        messages: [{ role: 'user', content: 'word '.repeat(3000) }],
      }),
    ).rejects.toMatchObject({ status: 400, code: 'context_length_exceeded' }) // and no stream was begun
  })
})

describe('the server among strangers', () => {
  const status = async (response: Promise<Response>) => (await response).status
  const body = JSON.stringify(asked)

  it('refuses what is malformed with 4xx, and goes on answering', async () => {
    expect(await status(post('{'))).toBe(400)
    expect(await status(post('[]'))).toBe(400)
    expect(await status(post(body, { 'Content-Type': 'text/plain' }))).toBe(415)
    const wrong = (data: string) => JSON.stringify({ ...asked, messages: heard(data) })
    for (const data of ['%%%', 'AAAA', Buffer.from('<html>hello</html>').toString('base64'), sound.slice(0, 40)]) {
      expect(await status(post(wrong(data)))).toBe(400)
    }
    const url = {
      ...asked,
      messages: [{ role: 'user', content: [{ type: 'audio_url', audio_url: { url: 'file:///etc/passwd' } }] }],
    }
    expect(await status(post(JSON.stringify(url)))).toBe(400)
    expect(await status(post(JSON.stringify({ ...asked, tools: [{ type: 'function' }] })))).toBe(400)
    expect(await status(post(body))).toBe(200)
    expect(notices).toEqual([])
  })

  it('refuses a body that is too long, with and without a length', async () => {
    const long = 'x'.repeat(40 * 2 ** 20)
    const streamed = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 40; i++) controller.enqueue(Buffer.from(long.slice(0, 2 ** 20)))
        controller.close()
      },
    })
    const outcome = await post(long).then(
      ({ status }) => status,
      () => 413,
    ) // it may hang up before all is sent
    expect(outcome).toBe(413)
    const request = { method: 'POST', body: streamed, duplex: 'half', headers: { 'Content-Type': 'application/json' } }
    expect(
      await fetch(`${server.url}/v1/chat/completions`, request as RequestInit).then(
        ({ status }) => status,
        () => 413,
      ),
    ).toBe(413)
  })

  it('answers neither pages of other origins nor names that were pointed here', async () => {
    expect(await status(post(body, { Origin: 'https://evil.example' }))).toBe(403)
    const reply = await post(body, { Origin: server.url })
    expect(reply.status).toBe(200)
    expect(reply.headers.get('access-control-allow-origin')).toBeNull()
    const { port } = new URL(server.url)
    const raw = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write('GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n')
      })
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('close', () => resolve(text))
    })
    expect(raw).toMatch(/^HTTP\/1.1 403/)
  })

  it('never leaves the folder of runs', async () => {
    for (const name of ['..', '%2e%2e', '..%2f..', 'run%2f..', '%00']) {
      expect(await status(fetch(`${server.url}/api/runs/${name}/report`))).toBe(404)
    }
    expect(await status(fetch(`${server.url}/assets/..%2f..%2fassets.ts`))).toBe(404)
    expect(await status(fetch(`${server.url}/assets/constructor`))).toBe(404)
  })

  it('stops sampling when a reader leaves, and frees the queue', async () => {
    const long = { ...asked, temperature: 1, max_tokens: 400, n: 16 }
    const gone = new AbortController()
    const stream = await client.chat.completions.create({ ...long, stream: true }, { signal: gone.signal })
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break // leaving the loop ends the request
    const waits = client.chat.completions.create(long, { signal: gone.signal })
    await new Promise((resolve) => setTimeout(resolve, 50))
    gone.abort()
    await expect(waits).rejects.toThrow(/abort/i)
    await idle()
  })

  it('answers 200 at once', async () => {
    const small = JSON.stringify({ ...asked, max_tokens: 2 })
    const all = await Promise.all(Array.from({ length: 200 }, () => status(post(small))))
    expect(all.every((code) => code === 200)).toBe(true)
    await idle()
  }, 240_000)

  it('asks for a token where it listens beyond this machine', async () => {
    await expect(startServer({ models: [], host: '0.0.0.0', port: 0 })).rejects.toThrow(/RUBATO_TOKEN/)
    const token = 'a token of enough letters'
    const open = await startServer({ models: [], host: '0.0.0.0', port: 0, token })
    const models = (headers: Record<string, string>) => fetch(`${open.url}/v1/models`, { headers })
    expect(await status(models({}))).toBe(401)
    expect(await status(models({ Authorization: 'Bearer another' }))).toBe(401)
    expect(await status(models({ Authorization: `Bearer ${token}` }))).toBe(200)
    expect(await status(fetch(`${open.url}/api/runs`))).toBe(401)
    expect(await status(fetch(`${open.url}/`))).toBe(200)
    await open.close()
  })
})

describe('what the pages ask for', () => {
  const status = async (response: Promise<Response>) => (await response).status

  it('judges a text by a rubric in YAML, and says where a rubric is wrong', async () => {
    const rubric =
      'name: r\ncriteria:\n  - { criterion: Names a dog., points: 2, verify: { kind: contains, any_of: [dog] } }\n  - { criterion: Is kind., points: 2 }\n'
    const scored = await (await post(JSON.stringify({ rubric, text: 'a dog' }), {}, '/api/score')).json()
    expect(scored).toMatchObject({ score: 0.5, nUnknown: 1, criteria: [{ met: true }, { met: null }] })
    const faulty = JSON.stringify({ rubric: rubric.replace('points: 2', 'points: two'), text: '' })
    const { fault } = (await (await post(faulty, {}, '/api/score')).json()) as { fault: string }
    expect(fault).toContain('rubric:3')
  })

  it('shows the runs of the folder, their curves and rollouts', async () => {
    const get = async (address: string) => (await fetch(server.url + address)).json() as Promise<never>
    const { runs } = (await get('/api/runs')) as { runs: { name: string }[] }
    expect(runs.map(({ name }) => name)).toContain('run')
    const { stages, steps } = (await get('/api/runs/run')) as { stages: object[]; steps: number[] }
    expect(stages).toHaveLength(3)
    const { rollouts } = (await get(`/api/runs/run/rollouts/${steps[0]}`)) as { rollouts: object[] }
    expect(rollouts).toHaveLength(8)
    const [{ verdicts, nClips }] = rollouts as [{ verdicts: object[]; nClips: number }]
    expect(nClips).toBe(1)
    expect(verdicts[0]).toEqual({
      id: 'names',
      criterion: expect.any(String),
      points: null, // this run was not evaluated, so only the id of its criteria is known
      met: expect.any(Boolean),
      reason: expect.any(String),
    })
    const heard = await fetch(`${server.url}/api/runs/run/rollouts/${steps[0]}/clips/0/0`)
    expect((await heard.arrayBuffer()).byteLength).toBe(44 + 2 * 8000)
    expect((await fetch(`${server.url}/api/runs/run/rollouts/${steps[0]}/clips/0/1`)).status).toBe(404)
  })

  it('offers tasks in words, each time in others, and as tags of the clip’s language', async () => {
    const tasks = async (asked: string) => {
      const told = await (await fetch(`${server.url}/api/tasks?${asked}`)).json()
      return new Map(
        (told as { tasks: { name: string; prompt: string | null }[] }).tasks.map((one) => [one.name, one.prompt]),
      )
    }
    const [words, others] = [await tasks('draw=1'), await tasks('draw=5')]
    expect(words.size).toBeGreaterThan(8)
    expect([...words].some(([name, prompt]) => prompt !== others.get(name))).toBe(true)
    expect((await tasks('style=tags&language=de')).get('transcription')).toMatch(/^<\|startoftranscript\|><\|de\|>/)
    expect((await tasks('style=tags&language=en')).get('translation')).toBeNull()
    expect(await status(fetch(`${server.url}/api/tasks?language=xx`))).toBe(400)
  })

  it('gives the mel picture a byte a value', async () => {
    const response = await fetch(`${server.url}/api/mel`, { method: 'POST', body: Buffer.from(clip('low', 1)) })
    const { nMels, nFrames, data } = (await response.json()) as { nMels: number; nFrames: number; data: string }
    expect(Buffer.from(data, 'base64')).toHaveLength(nMels * nFrames)
    expect(nFrames).toBe(50)
  })
})
