import { ChatFault, type ChatReply, type ChatRequest, type LoadedPart } from './chat.ts'

export interface PostOptions {
  /** Base URL such as `https://host/v1`, or the whole address of `chat/completions`. */
  readonly url: string
  readonly apiKey?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Fields of the request beside its messages. */
  readonly body: Readonly<Record<string, unknown>>
  readonly audio: 'input_audio' | 'audio_url'
  /** Milliseconds for the whole exchange, the last byte of the body included. */
  readonly timeoutMs: number
}

/** Bytes of a reply beyond which it is taken for a fault. */
const LARGEST = 4 * 2 ** 20
/** Longest rest, in milliseconds, that an endpoint may ask for. */
const LONGEST_REST = 120_000

/**
 * One request in OpenAI's chat protocol and its reply.
 *
 * @throws ChatFault for whatever gives no reply; `signal.reason` when aborted
 */
export async function postChat(request: ChatRequest, options: PostOptions, signal: AbortSignal): Promise<ChatReply> {
  signal.throwIfAborted()
  const limit = new AbortController()
  const stop = () => limit.abort(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  const timer = setTimeout(() => limit.abort(), options.timeoutMs)
  const sent = performance.now()
  try {
    const { url, apiKey, headers } = options
    const response = await fetch(chatAddress(url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        ...headers,
      },
      body: JSON.stringify(requestBody(request, options)),
      signal: limit.signal,
    })
    const body = await readBody(response)
    if (!response.ok) throw statusFault(response, body)
    return replyOf(body)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof ChatFault) throw error
    if (limit.signal.aborted) {
      const waited = ((performance.now() - sent) / 1000).toFixed(1)
      throw new ChatFault(`no whole reply within ${waited} s`, { kind: 'timeout', charged: true })
    }
    throw networkFault(error)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

/** `…/chat/completions` below a base URL; an address that ends so is kept. */
export const chatAddress = (url: string): string =>
  /\/chat\/completions\/?(\?|$)/.test(url) ? url : `${url.replace(/\/+$/, '')}/chat/completions`

/** What is sent; a field that is null in `body` is left out. */
export function requestBody(
  { system, parts, seed }: ChatRequest,
  { body, audio }: Pick<PostOptions, 'body' | 'audio'>,
): Record<string, unknown> {
  const [first] = parts
  const content =
    parts.length === 1 && first?.type === 'text' ? first.text : parts.map((part) => contentPart(part, audio))
  const messages = [...(system === undefined ? [] : [{ role: 'system', content: system }]), { role: 'user', content }]
  const fields = { ...body, ...(seed === undefined ? {} : { seed }) }
  return { ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)), messages }
}

function contentPart(part: LoadedPart, audio: PostOptions['audio']): object {
  if (part.type === 'text') return { type: 'text', text: part.text }
  const { bytes, format } = part.clip
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  if (audio === 'input_audio') return { type: 'input_audio', input_audio: { data, format } }
  const type = format === 'mp3' ? 'audio/mpeg' : 'audio/wav'
  return { type: 'audio_url', audio_url: { url: `data:${type};base64,${data}` } }
}

async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).byteLength
    if (size > LARGEST) throw new ChatFault(`a reply of more than ${LARGEST} bytes`, { kind: 'body', charged: true })
    chunks.push(chunk as Uint8Array)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function replyOf(body: string): ChatReply {
  const value = jsonOf(body)
  const reply = value as {
    readonly error?: unknown
    readonly choices?: readonly { readonly message?: { readonly content?: unknown } }[]
    readonly usage?: { readonly prompt_tokens?: unknown; readonly completion_tokens?: unknown }
  } | null
  const text = reply?.choices?.[0]?.message?.content
  if (typeof text !== 'string') {
    const what = value === undefined ? 'no JSON' : reply?.error === undefined ? 'no chat completion' : 'an error'
    throw new ChatFault(`a reply that is ${what}: ${shown(body)}`, { kind: 'body', charged: true })
  }
  const count = (value: unknown) => (typeof value === 'number' && value >= 0 ? value : null)
  return {
    text,
    promptTokens: count(reply?.usage?.prompt_tokens),
    completionTokens: count(reply?.usage?.completion_tokens),
  }
}

/** Statuses that pass: time-outs, conflicts, too early, too many, overloaded; every 5xx. */
const PASSING = [408, 409, 425, 429, 529]

function statusFault(response: Response, body: string): ChatFault {
  const { status } = response
  const { error, message, detail } = (jsonOf(body) ?? {}) as Record<string, unknown>
  const said = (error as { message?: unknown } | undefined)?.message ?? error ?? message ?? detail ?? body
  const text = `${status} ${shown(typeof said === 'string' ? said : JSON.stringify(said))}`.trim()
  const kind = String(status)
  // OpenAI answers 429 for ever where the account has no money left.
  if (status === 402 || body.includes('insufficient_quota')) return new ChatFault(text, { kind, means: 'all' })
  if (PASSING.includes(status) || status >= 500) {
    const restMs = restAsked(response.headers)
    return new ChatFault(text, { kind, ...(restMs === undefined ? {} : { restMs }) })
  }
  return new ChatFault(text, { kind, means: [401, 403, 404].includes(status) ? 'all' : 'item' })
}

/** `retry-after-ms`, or `retry-after` as seconds or as a date. */
function restAsked(headers: Headers): number | undefined {
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN)
  const after = headers.get('retry-after')
  const seconds = Number(after ?? Number.NaN)
  const asked = Number.isFinite(ms)
    ? ms
    : Number.isFinite(seconds)
      ? 1000 * seconds
      : Date.parse(after ?? '') - Date.now()
  return Number.isFinite(asked) ? Math.min(LONGEST_REST, Math.max(0, asked)) : undefined
}

function networkFault(error: unknown): ChatFault {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause
  const said = cause?.code ?? cause?.message ?? (error as Error).message
  // Refused and unknown hosts have done no work; a connection that broke may have.
  const charged = !['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'].includes(said)
  return new ChatFault(said, { kind: 'network', charged })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function shown(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ')
  return line.length > 160 ? `${line.slice(0, 159)}…` : line
}
