import { createHash } from 'node:crypto'
import { type Random, seededRandom } from '../random.ts'
import { type AskContext, type Asked, ask } from './ask.ts'
import { type BudgetOptions, budgetOf, type Prices } from './budget.ts'
import type { ReplyCache } from './cache.ts'
import type { ChatReply, ChatRequest, LoadedPart } from './chat.ts'
import type { JudgeMetrics } from './judge.ts'
import { createMeter, type Meter } from './meter.ts'
import type { Parsed } from './parse.ts'
import { type Endpoint, endpointPool } from './pool.ts'
import { sharedWork } from './shared.ts'

export interface AskerOptions {
  readonly attempts: number
  readonly backoff: AskContext['backoff']
  readonly budget: BudgetOptions
  readonly prices?: Prices
  readonly cache?: ReplyCache
  /** Everything that changes a reply beside the prompt: which model, where, with which settings. */
  readonly identity: unknown
  readonly system?: string
  readonly seed?: number
  readonly endpoints: readonly Endpoint[]
  readonly send: AskContext['send']
  readonly maxTokens: number
  readonly random?: Random
}

/** A chat model behind its queue: retries, back-off, budget, cache; who asks the same at the same time shares a reply. */
export interface Asker {
  /** Requests that may be under way at once. */
  readonly size: number
  readonly meter: Meter
  /**
   * A reply that `read` can read, from the cache or asked for; or why there is none.
   *
   * @param repeat  which of several independent replies to the same prompt, from 0
   * @throws JudgeError, BudgetSpent, and `signal.reason` when aborted
   */
  ask<T>(
    parts: readonly LoadedPart[],
    read: (reply: ChatReply) => Parsed<T>,
    repeat: number,
    signal: AbortSignal,
  ): Promise<Asked<T>>
  metrics(): JudgeMetrics
  close(): void
}

/** Raised where the reading of a reply changes, so that replies once thought unreadable are asked for again. */
const KEY_VERSION = 1

export function createAsker(options: AskerOptions): Asker {
  const { cache, random = seededRandom(`judge ${process.pid}`) } = options
  const meter = createMeter()
  const pool = endpointPool(options.endpoints)
  const budget = budgetOf(options.budget, options.prices)
  const context: AskContext = {
    pool,
    budget,
    meter,
    send: options.send,
    most: (request) => ({ prompt: mostTokens(request), completion: options.maxTokens }),
    attempts: options.attempts,
    backoff: options.backoff,
    random,
    everAnswered: { yes: false },
  }
  const share = sharedWork<Asked<unknown>>()
  return {
    size: pool.size,
    meter,
    async ask<T>(
      parts: readonly LoadedPart[],
      read: (reply: ChatReply) => Parsed<T>,
      repeat: number,
      signal: AbortSignal,
    ) {
      const request: ChatRequest = {
        parts,
        ...(options.system === undefined ? {} : { system: options.system }),
        ...(options.seed === undefined ? {} : { seed: options.seed }),
      }
      const key = keyOf([KEY_VERSION, options.identity, repeat], request)
      const result = await share(key, signal, async (signal) => {
        const kept = cache?.get(key)
        const value = kept && read(kept)
        if (kept && value?.ok) {
          meter.cached()
          return { ok: true, value: value.value, reply: kept }
        }
        const asked = await ask(request, read, context, signal)
        if (asked.ok) cache?.put(key, asked.reply)
        return asked
      })
      return result as Asked<T>
    },
    metrics: () => meter.read(budget.spent),
    close: () => cache?.close(),
  }
}

/** SHA-256 of everything that changes a reply. */
function keyOf(identity: unknown, { system, parts, seed }: ChatRequest): string {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([identity, system ?? null, seed ?? null]))
  for (const part of parts) {
    hash.update(`\0${part.type}\0`)
    hash.update(part.type === 'text' ? part.text : part.clip.bytes)
  }
  return hash.digest('base64url')
}

/**
 * An upper bound of a prompt's tokens: one a byte of text, and one a 100 bytes of sound, which is above what the
 * models of today count: 25 tokens a second in Qwen2-Audio, where a second of Opus takes 1,000 bytes and more.
 */
function mostTokens({ system = '', parts }: ChatRequest): number {
  const text = parts.reduce((sum, part) => sum + (part.type === 'text' ? Buffer.byteLength(part.text) : 0), 0)
  const sound = parts.reduce((sum, part) => sum + (part.type === 'audio' ? part.clip.bytes.byteLength : 0), 0)
  return text + Buffer.byteLength(system) + Math.ceil(sound / 100) + 64
}
