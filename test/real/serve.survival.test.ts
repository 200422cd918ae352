// The server as a process of its own, among slow, rude and many clients. Takes some minutes, three of them waiting for
// clients that dribble.
import { execFileSync, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folderToRemove } from '../src/temporary.ts'
import { clip, tinyFiles, trainTiny } from '../src/tinyRun.ts'

let folder: string
let server: { url: string; port: number; pid: number; said: () => string; stop: () => Promise<void> }

beforeAll(async () => {
  folder = folderToRemove(tinyFiles())
  await trainTiny(folder, ['eval=[]'])
  server = await started(folder)
}, 600_000)
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

async function started(folder: string): Promise<typeof server> {
  const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
  const words = ['serve', '--model', 'run', '--runs', '.', '--port', '0', '--max-waiting', '200', '--json']
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), main, ...words], { cwd: folder })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  while (!out.includes('}')) {
    if (child.exitCode !== null) throw new Error(err)
    await pause(50)
  }
  const { url } = JSON.parse(out) as { url: string }
  const stop = async () => {
    child.kill('SIGINT')
    await ended
  }
  return { url, port: Number(new URL(url).port), pid: child.pid!, said: () => err, stop }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const sounds = (['low', 'high', 'noise'] as const).map((kind, i) => Buffer.from(clip(kind, i)).toString('base64'))
const asked = (i: number, more: object = {}) => ({
  model: 'run',
  max_tokens: 1 + (i % 4),
  temperature: 0,
  messages: [
    {
      role: 'user',
      content: [
        ...(i % 5 === 0 ? [] : [{ type: 'input_audio', input_audio: { data: sounds[i % 3], format: 'wav' } }]),
        { type: 'text', text: 'what? '.repeat(1 + (i % 7)) },
      ],
    },
  ],
  ...more,
})
const post = (body: unknown, address = '/v1/chat/completions', signal?: AbortSignal) =>
  fetch(server.url + address, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'Content-Type': 'application/json' },
    ...(signal && { signal }),
  })
const status = async (response: Promise<Response>): Promise<number> => {
  const { status, body } = await response
  await body?.cancel()
  return status
}
const answer = async () => {
  const response = await post(asked(1, { max_tokens: 8 }))
  expect(response.status).toBe(200)
  return ((await response.json()) as { choices: { message: { content: string } }[] }).choices[0]!.message.content
}
const idle = async () => {
  for (;;) {
    const health = (await (await fetch(`${server.url}/health`)).json()) as { running: number; waiting: number }
    if (health.running + health.waiting === 0) return
    await pause(50)
  }
}

/** A body that is too long; the server may hang up while it is sent. */
const tooLong = async (): Promise<[number, readonly number[]]> => [
  await status(post('x'.repeat(36 * 2 ** 20))).catch(() => 413),
  [413],
]

/** One of the things that happen to a server, and the statuses that it may answer. */
const EVENTS: readonly ((i: number) => Promise<[number, readonly number[]]>)[] = [
  async (i) => [await status(post(asked(i))), [200]],
  async (i) => [await status(post(asked(i, { n: 2, temperature: 1, seed: i }))), [200]],
  async (i) => {
    const response = await post(asked(i, { stream: true }))
    const text = await response.text()
    if (!text.endsWith('data: [DONE]\n\n')) throw new Error(`a stream that does not end: ${response.status} ${text}`)
    return [response.status, [200]]
  },
  async (i) => {
    const gone = new AbortController() // reads the beginning of a stream and leaves
    const response = await post(asked(i, { stream: true, max_tokens: 200, temperature: 1 }), undefined, gone.signal)
    await response.body?.getReader().read()
    gone.abort()
    return [response.status, [200]]
  },
  async (i) => {
    const gone = new AbortController() // leaves before the answer
    setTimeout(() => gone.abort(), i % 30)
    return [await status(post(asked(i, { max_tokens: 100 }), undefined, gone.signal)).catch(() => 0), [0, 200]]
  },
  async () => [await status(post('{"model": "run"')), [400]],
  async (i) => [await status(post(asked(i, { temperature: 'hot' }))), [400]],
  async (i) => {
    const [message] = asked(1).messages
    const data = Buffer.from(i % 2 === 0 ? '<svg/>' : `RIFF${'x'.repeat(i % 90)}`).toString('base64')
    const content = [{ type: 'input_audio', input_audio: { data, format: 'wav' } }]
    return [await status(post(asked(i, { messages: [{ ...message, content }] }))), [400]]
  },
  async () => [await status(post({ rubric: 'name: r\ncriteria: []\n', text: 'a' }, '/api/score')), [200]],
  async (i) => [
    await status(fetch(`${server.url}/api/mel`, { method: 'POST', body: Buffer.from(sounds[i % 3]!, 'base64') })),
    [200],
  ],
  async () => [await status(fetch(`${server.url}/api/runs/run`)), [200]],
]

describe('a server among many', () => {
  it('answers 200 at once, whatever each of them does, and as before afterwards', async () => {
    const before = await answer()
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, i) => (i % 67 === 9 ? tooLong() : EVENTS[i % EVENTS.length]!(i))),
    )
    for (const [code, allowed] of all) expect(allowed).toContain(code)
    await idle()
    expect(await answer()).toBe(before)
    expect(server.said()).toBe('')
  }, 600_000)

  it('refuses with 429 and a time to come back when the queue is full', async () => {
    const gone = new AbortController() // keeps the model busy
    const long = asked(1, { stream: true, max_tokens: 400, n: 16, temperature: 2 })
    const busy = await post(long, '/v1/chat/completions', gone.signal)
    await busy.body?.getReader().read()
    const all = await Promise.all(
      Array.from({ length: 600 }, async (_, i) => {
        const response = await post(asked(i, { temperature: 1 + i / 1000 })) // none goes with another
        await response.body?.cancel()
        return { status: response.status, after: response.headers.get('retry-after') }
      }),
    )
    gone.abort()
    const refused = all.filter(({ status }) => status !== 200)
    expect(refused.length).toBeGreaterThan(10)
    expect([...new Set(refused.map(({ status, after }) => `${status} after ${after}`))]).toEqual(['429 after 1'])
    await idle()
  }, 600_000)

  it('goes on for others while some read nothing of what they asked for', async () => {
    const body = JSON.stringify(asked(1, { stream: true, n: 16, max_tokens: 300, temperature: 1, logprobs: true }))
    const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
    const deaf = Array.from({ length: 4 }, () => {
      const socket = connect(server.port, '127.0.0.1')
      socket.pause()
      socket.write(head + body)
      return socket
    })
    await pause(500)
    await answer()
    for (const socket of deaf) socket.destroy()
    await idle()
  }, 600_000)

  it('hangs up on clients that dribble their head or their body', async () => {
    const dribble = (head: string, bit: string) =>
      new Promise<number>((resolve) => {
        const began = performance.now()
        const socket = connect(server.port, '127.0.0.1', () => socket.write(head))
        const timer = setInterval(() => socket.write(bit), 500)
        socket.on('error', () => {})
        socket.resume()
        socket.on('close', () => {
          clearInterval(timer)
          resolve((performance.now() - began) / 1000)
        })
      })
    const head = 'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
    const [inHead, inBody] = await Promise.all([
      dribble(head, 'X-A: b\r\n'),
      dribble(`${head}Content-Length: 100000\r\n\r\n`, ' '),
    ])
    expect(inHead!).toBeLessThan(100)
    expect(inBody!).toBeLessThan(240)
    await answer()
  }, 600_000)

  it('takes no more memory after 2,000 requests than after the first few hundred', async () => {
    const resident = () =>
      Number(execFileSync('ps', ['-o', 'rss=', '-p', String(server.pid)], { encoding: 'utf8' })) / 1024
    const ask = async (from: number, to: number) => {
      for (let i = from; i < to; i += 50) {
        await Promise.all(Array.from({ length: 50 }, (_, k) => EVENTS[(i + k) % EVENTS.length]!(i + k)))
      }
      await idle()
    }
    await ask(0, 500)
    const early = resident()
    const seen = [early]
    for (let i = 500; i < 2500; i += 500) {
      await ask(i, i + 500)
      seen.push(resident())
    }
    console.log(`resident MiB after each 500 requests: ${seen.map(Math.round).join(', ')}`)
    expect(seen.at(-1)!).toBeLessThan(early * 1.1 + 20)
  }, 1_800_000)
})
