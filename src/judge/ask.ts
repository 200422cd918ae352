import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../random.ts'
import type { Budget } from './budget.ts'
import { ChatFault, type ChatReply, type ChatRequest } from './chat.ts'
import { JudgeError } from './error.ts'
import type { Meter } from './meter.ts'
import type { Endpoint, EndpointPool } from './pool.ts'

export interface AskContext {
  readonly pool: EndpointPool
  readonly budget: Budget
  readonly meter: Meter
  readonly send: (request: ChatRequest, endpoint: Endpoint, signal: AbortSignal) => Promise<ChatReply>
  /** Tokens that a request may take at most, as far as can be known before. */
  readonly most: (request: ChatRequest) => { readonly prompt: number; readonly completion: number }
  readonly attempts: number
  /** Milliseconds: the k-th wait is drawn from [0, base·2ᵏ), capped. */
  readonly backoff: { readonly baseMs: number; readonly capMs: number }
  readonly random: Random
  /** Whether any request has been answered yet, over the judge's life. */
  readonly everAnswered: { yes: boolean }
}

/** A reply that could be read, or why there is none. */
export type Asked<T> =
  | { readonly ok: true; readonly value: T; readonly reply: ChatReply }
  | { readonly ok: false; readonly problem: string }

/**
 * Asks until a reply can be read, at most `attempts` times, each time wherever there is room; waits between tries with
 * back-off and full jitter (AWS, "Exponential Backoff And Jitter"), holding no slot meanwhile.
 *
 * @param read  the reading of a reply, or what is wrong with it
 * @throws JudgeError where no request will get through, or none ever did
 */
export async function ask<T>(
  request: ChatRequest,
  read: (
    reply: ChatReply,
  ) => { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string },
  { pool, budget, meter, send, most, attempts, backoff, random, everAnswered }: AskContext,
  signal: AbortSignal,
): Promise<Asked<T>> {
  let failed: Endpoint | undefined
  let problem = 'not asked'
  let nUnreadable = 0
  for (let attempt = 0; attempt < attempts; attempt++) {
    const again = { ...request, ...(request.seed === undefined ? {} : { seed: request.seed + nUnreadable }) }
    const slot = await pool.acquire(signal, failed)
    const { endpoint } = slot
    let kind: string
    let waits = true
    try {
      const reply = await once(again, endpoint)
      everAnswered.yes = true
      const value = read(reply)
      if (value.ok) return { ...value, reply }
      problem = value.problem
      kind = 'unreadable'
      nUnreadable++
      waits = false // the server is well
    } catch (error) {
      if (!(error instanceof ChatFault)) throw error
      if (error.kind !== 'network' && error.kind !== 'timeout') everAnswered.yes = true
      if (error.means === 'all') throw new JudgeError(`judge at ${endpoint.url}: ${error.message}.`)
      if (error.means === 'item') return { ok: false, problem: `the judge refused the request: ${error.message}` }
      if (error.restMs !== undefined) pool.rest(endpoint, error.restMs)
      failed = endpoint
      problem = error.message
      kind = error.kind
    } finally {
      slot.release()
    }
    if (attempt === attempts - 1) break
    meter.retried(kind)
    if (waits) await pause(random() * Math.min(backoff.capMs, backoff.baseMs * 2 ** attempt), signal)
  }
  if (!everAnswered.yes) {
    throw new JudgeError(`no judge answers at ${failed?.url ?? 'any endpoint'}: ${problem}, ${attempts} tries.`)
  }
  return { ok: false, problem: `no verdict in ${attempts} tries; the last: ${problem}` }

  /** One request, counted whatever comes of it. */
  async function once(asked: ChatRequest, endpoint: Endpoint): Promise<ChatReply> {
    const reservation = await budget.reserve(most(asked), signal)
    meter.called()
    const start = performance.now()
    try {
      const reply = await send(asked, endpoint, signal)
      meter.replied((performance.now() - start) / 1000, reply)
      reservation.settle({ prompt: reply.promptTokens, completion: reply.completionTokens })
      return reply
    } catch (error) {
      const free = error instanceof ChatFault && !error.charged
      reservation.settle(free ? { prompt: 0, completion: 0 } : { prompt: null, completion: null })
      throw error
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
}
