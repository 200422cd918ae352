import { createHash } from 'node:crypto'
import { openChat } from '../../chat.ts'
import { UsageError } from '../../errors.ts'
import { type AskContext, type Asked, ask } from '../../judge/ask.ts'
import { type BudgetOptions, budgetOf, type Prices } from '../../judge/budget.ts'
import { openReplyCache } from '../../judge/cache.ts'
import type { ChatReply, ChatRequest } from '../../judge/chat.ts'
import type { JudgeMetrics } from '../../judge/judge.ts'
import { createMeter } from '../../judge/meter.ts'
import { type Endpoint, endpointPool } from '../../judge/pool.ts'
import { postChat } from '../../judge/post.ts'
import { sharedWork } from '../../judge/shared.ts'
import { seededRandom } from '../../random.ts'

export interface WriterOptions {
  /** The model as its server names it; without `url` a folder, run, GGUF file or hub id that our own engine runs. */
  readonly model: string
  /** Base URL of an OpenAI-compatible server, or several that serve the same. */
  readonly url?: string | readonly string[]
  readonly apiKey?: string
  /** Requests under way at once, a server (16); our own engine takes one. */
  readonly concurrency?: number
  /** 0 takes the likeliest token (0). */
  readonly temperature?: number
  readonly topP?: number
  /** Tokens after which a reply is cut (1024). */
  readonly maxTokens?: number
  /** Further fields of the request. */
  readonly body?: Readonly<Record<string, unknown>>
  /** Tries at one reply (5). */
  readonly attempts?: number
  readonly timeoutSeconds?: number
  /** Hard limits from the opening on; money needs `prices`. */
  readonly budget?: BudgetOptions
  readonly prices?: Prices
  /** SQLite file that keeps replies: what was paid for once is not asked again. None when left out. */
  readonly cache?: string
  readonly onNotice?: (line: string) => void
}

/** What is asked of a writer. */
export interface WriterRequest {
  readonly system?: string
  readonly prompt: string
  /** Tells apart several replies to one prompt; sent along. */
  readonly seed?: number
}

export type ReadReply<T> = (
  text: string,
) => { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string }

/** A model that writes data: through the judges' queue, with their retries, budget and cache. */
export interface Writer {
  readonly name: string
  /** Requests that it takes at once. */
  readonly size: number
  /**
   * A reply that `read` accepts; asked for again where it does not, another seed each time.
   *
   * @throws JudgeError where nothing answers; BudgetSpent; `signal.reason` when aborted
   */
  write<T>(request: WriterRequest, read: ReadReply<T>, signal: AbortSignal): Promise<Asked<T>>
  metrics(): JudgeMetrics
  close(): Promise<void>
}

/** Raised where the reading of replies changes. */
const KEY_VERSION = 1

/**
 * Opens a writer behind a server, or on this machine.
 *
 * @throws UsageError for a wrong option or model
 */
export async function openWriter(options: WriterOptions): Promise<Writer> {
  const { model, url, apiKey, concurrency = 16, temperature = 0, maxTokens = 1024, attempts = 5, topP } = options
  const { timeoutSeconds = 120, budget = {}, prices, onNotice } = options
  if (budget.money !== undefined && prices === undefined) {
    throw new UsageError('a limit on money needs the prices of a million tokens, read and written.')
  }
  const cache = options.cache === undefined ? undefined : await openReplyCache(options.cache)
  const urls = url === undefined ? undefined : [url].flat()
  const body = {
    model,
    temperature,
    ...(topP === undefined ? {} : { top_p: topP }),
    max_tokens: maxTokens,
    ...options.body,
  }
  const chat =
    urls === undefined
      ? await openChat({ model, temperature, maxCompletionTokens: maxTokens, ...(onNotice ? { onNotice } : {}) })
      : undefined
  const endpoints: Endpoint[] = (urls ?? ['this machine']).map((address) => ({
    url: address,
    concurrency: chat ? 1 : concurrency,
    ...(apiKey === undefined ? {} : { apiKey }),
  }))
  const send: AskContext['send'] = chat
    ? async ({ system, parts }, _, signal) => {
        const content = parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n')
        const turns = system === undefined ? [] : [{ role: 'system' as const, content: system }]
        const text = await chat.answer([...turns, { role: 'user', content }])
        signal.throwIfAborted()
        return { text, promptTokens: null, completionTokens: null }
      }
    : (request, endpoint, signal) =>
        postChat(request, { ...endpoint, body, audio: 'input_audio', timeoutMs: 1000 * timeoutSeconds }, signal)
  const meter = createMeter()
  const spending = budgetOf(budget, prices)
  const pool = endpointPool(endpoints)
  const context: AskContext = {
    pool,
    budget: spending,
    meter,
    send,
    most: ({ system = '', parts }) => ({
      prompt:
        64 +
        Buffer.byteLength(system) +
        parts.reduce((sum, part) => sum + (part.type === 'text' ? Buffer.byteLength(part.text) : 0), 0),
      completion: maxTokens,
    }),
    attempts: chat && temperature === 0 ? 1 : attempts,
    backoff: { baseMs: 500, capMs: 30_000 },
    random: seededRandom(`writer ${process.pid}`),
    everAnswered: { yes: chat !== undefined },
  }
  const share = sharedWork<Asked<unknown>>()
  const identity = [urls?.[0] ?? 'engine', body]

  return {
    name: model,
    size: pool.size,
    async write<T>({ system, prompt, seed }: WriterRequest, read: ReadReply<T>, signal: AbortSignal) {
      const request: ChatRequest = {
        parts: [{ type: 'text', text: prompt }],
        ...(system === undefined ? {} : { system }),
        ...(seed === undefined ? {} : { seed }),
      }
      const key = createHash('sha256')
        .update(JSON.stringify([KEY_VERSION, identity, system ?? null, prompt, seed ?? null]))
        .digest('base64url')
      const readReply = ({ text }: ChatReply) => read(withoutThoughts(text))
      const result = await share(key, signal, async (own) => {
        const kept = cache?.get(key)
        const value = kept && readReply(kept)
        if (kept && value?.ok) {
          meter.cached()
          return { ok: true, value: value.value, reply: kept }
        }
        const asked = await ask(request, readReply, context, own)
        if (asked.ok) cache?.put(key, asked.reply)
        return asked
      })
      return result as Asked<T>
    },
    metrics: () => meter.read(spending.spent),
    async close() {
      cache?.close()
      await chat?.close()
    },
  }
}

/** A reasoning model's thoughts are no part of its reply. */
export const withoutThoughts = (text: string): string => text.replace(/^\s*<think>[\s\S]*?<\/think>/, '').trim()

/** Any text that is not empty. */
export const anyText: ReadReply<string> = (text) =>
  text.trim() === '' ? { ok: false, problem: 'an empty reply' } : { ok: true, value: text.trim() }

/**
 * Reads the JSON object in a reply, fenced or with words around it, and gives it to `check`.
 *
 * @param check  what is read of it; null where it is of another form
 */
export const jsonReply =
  <T>(check: (value: Readonly<Record<string, unknown>>) => T | null): ReadReply<T> =>
  (text) => {
    for (let from = text.indexOf('{'); from >= 0; from = text.indexOf('{', from + 1)) {
      const to = closingBrace(text, from)
      if (to < 0) break
      try {
        const value = check(JSON.parse(text.slice(from, to + 1)) as Record<string, unknown>)
        if (value !== null) return { ok: true, value }
      } catch {} // not JSON: perhaps a later brace
    }
    return { ok: false, problem: `no JSON object of the form asked for: ${text.slice(0, 120)}` }
  }

/** Where the brace at `from` closes, strings passed over; −1 when it does not. */
function closingBrace(text: string, from: number): number {
  let depth = 0
  let quoted = false
  for (let i = from; i < text.length; i++) {
    const letter = text[i]
    if (quoted) {
      if (letter === '\\') i++
      else if (letter === '"') quoted = false
    } else if (letter === '"') quoted = true
    else if (letter === '{') depth++
    else if (letter === '}' && --depth === 0) return i
  }
  return -1
}
