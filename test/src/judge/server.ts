import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type SeededRandom, seededRandom } from '../../../src/random.ts'

/** What a request asks, as the server sees it. */
export interface Asked {
  readonly body: Readonly<Record<string, unknown>>
  /** The text of the last user turn. */
  readonly prompt: string
  /** Audio parts, as sent. */
  readonly sounds: readonly Readonly<Record<string, unknown>>[]
  readonly headers: IncomingMessage['headers']
}

export const FAULTS = [
  '429',
  '500',
  'reset',
  'hang',
  'slow',
  'truncated',
  'prose',
  'wrongType',
  'emptyChoices',
  'cutBody',
] as const
export type Fault = (typeof FAULTS)[number]

export interface JudgeServer {
  readonly url: string
  readonly asked: Asked[]
  /** Whole, faultless replies that reached the socket, by what was asked. */
  readonly answered: Map<string, number>
  readonly faults: Map<Fault, number>
  /** Most requests under way at once. */
  readonly peak: () => number
  close(): Promise<void>
}

/**
 * A server that speaks OpenAI's chat protocol on this machine.
 *
 * @param options.reply    the reply's text
 * @param options.rate     share of requests that meet a fault, drawn from `seed`; kinds of faults in turn
 * @param options.keep     whether requests are remembered (true)
 */
export async function judgeServer(options: {
  reply: (asked: Asked) => string | { status: number; body: string; headers?: Record<string, string> } | 'hang'
  rate?: number
  faults?: readonly Fault[]
  seed?: number | string
  delayMs?: number
  keep?: boolean
  port?: number
}): Promise<JudgeServer> {
  const { rate = 0, faults: kinds = FAULTS, seed = 1, delayMs = 0, keep = true } = options
  const random = seededRandom(seed)
  const asked: Asked[] = []
  const answered = new Map<string, number>()
  const faults = new Map<Fault, number>()
  let active = 0
  let peak = 0
  let nFaults = 0

  const server = createServer(async (request, response) => {
    active++
    peak = Math.max(peak, active)
    response.on('close', () => active--)
    response.on('error', () => {})
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer)
    } catch {
      return // the asker went away
    }
    const what = understood(JSON.parse(Buffer.concat(chunks).toString('utf8')), request.headers)
    if (keep) asked.push(what)
    if (delayMs > 0) await sleep(delayMs)
    if (random() < rate) {
      const fault = kinds[nFaults++ % kinds.length]! // in turn, so that a short run meets every kind
      faults.set(fault, (faults.get(fault) ?? 0) + 1)
      return misbehave(fault, options.reply(what), request, response, random)
    }
    const reply = options.reply(what)
    if (reply === 'hang') return
    if (typeof reply !== 'string') {
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers }).end(reply.body)
      return
    }
    const key = createHash('sha256').update(what.prompt).digest('hex')
    response.on('finish', () => answered.set(key, (answered.get(key) ?? 0) + 1))
    response.writeHead(200, { 'content-type': 'application/json' }).end(completion(reply))
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    answered,
    faults,
    peak: () => peak,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function understood(body: Record<string, unknown>, headers: IncomingMessage['headers']): Asked {
  const { content } = (body.messages as { content: string | { type: string; text?: string }[] }[]).at(-1)!
  const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : content
  return {
    body,
    prompt: parts.flatMap(({ text }) => text ?? []).join(''),
    sounds: parts.filter(({ type }) => type !== 'text'),
    headers,
  }
}

export const completion = (text: unknown, usage = { prompt_tokens: 100, completion_tokens: 20 }): string =>
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage,
  })

async function misbehave(
  fault: Fault,
  reply: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  random: SeededRandom,
): Promise<void> {
  const text = String(reply)
  const whole = completion(text)
  const send = (status: number, body: string, headers: Record<string, string> = {}) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  switch (fault) {
    case '429':
      return send(429, '{"error":{"message":"slow down"}}', random() < 0.5 ? { 'retry-after': '0' } : {})
    case '500':
      return send(random() < 0.5 ? 500 : 503, 'upstream failed')
    case 'reset':
      return void request.socket.resetAndDestroy()
    case 'hang':
      return
    case 'slow':
      // Byte by byte, and never done in time.
      response.writeHead(200, { 'content-type': 'application/json' })
      for (const c of whole.slice(0, 40)) {
        if (response.destroyed) return
        response.write(c)
        await sleep(25)
      }
      return
    case 'cutBody':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(whole.length) })
      response.write(whole.slice(0, 30))
      await sleep(1)
      return void response.destroy()
    case 'truncated':
      return send(200, completion(text.slice(0, text.indexOf('criteria_met'))))
    case 'prose':
      return send(200, completion('I would say that the answer does what was asked, on the whole.'))
    case 'wrongType':
      return send(200, completion(text.replace(/"criteria_met":\s*(true|false)/, '"criteria_met": "$1"')))
    case 'emptyChoices':
      return send(200, '{"choices":[]}')
  }
}

/** A judge that can be checked: met when the answer contains the word that the criterion puts in quotation marks. */
export function wordJudge({ prompt }: Pick<Asked, 'prompt'>): string {
  const answer = prompt.match(/<answer-(\w+)>\n([\s\S]*?)\n<\/answer-\1>/)?.[2] ?? ''
  const word = prompt.match(/mentions "([^"]+)"/i)?.[1] ?? 'no such word'
  const met = answer.toLowerCase().includes(word.toLowerCase())
  return JSON.stringify({
    explanation: `It ${met ? 'has' : 'lacks'} ${word}.`,
    criteria_met: met,
    evidence: met ? [word] : [],
  })
}
