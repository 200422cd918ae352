/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// What the pages ask of the server, and small words for the document.

// A server that listens beyond this machine takes a token: open its page as http://host:port/#TOKEN.
const TOKEN_KEY = 'rubato-token'
if (location.hash.length > 16) {
  sessionStorage.setItem(TOKEN_KEY, decodeURIComponent(location.hash.slice(1)))
  history.replaceState(null, '', location.pathname)
}

/** Whether the server wants a token, which a plain link cannot bring. */
export const hasToken = (): boolean => sessionStorage.getItem(TOKEN_KEY) !== null

/** The element of that id. */
export const at = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T

/** An element with a class and text; text is never read as markup. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, name = '', text = ''): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  if (name !== '') element.className = name
  if (text !== '') element.textContent = text
  return element
}

/** A response that is fine. @throws Error with the server's own line */
export async function ask(address: string, body?: BodyInit | object, signal?: AbortSignal): Promise<Response> {
  const token = sessionStorage.getItem(TOKEN_KEY)
  const isPlain = body !== undefined && !(body instanceof Blob)
  const response = await fetch(address, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...(isPlain ? { 'Content-Type': 'application/json' } : {}),
    },
    ...(body === undefined ? {} : { body: isPlain ? JSON.stringify(body) : (body as Blob) }),
    ...(signal ? { signal } : {}),
  })
  if (response.ok) return response
  const told = (await response.json().catch(() => null)) as { error?: { message?: string } } | null
  throw new Error(told?.error?.message ?? `the server answered ${response.status}`)
}

export const askJson = async <T>(address: string, body?: object, signal?: AbortSignal): Promise<T> =>
  (await (await ask(address, body, signal)).json()) as T

/** A colour of the style, as it is now: light or dark. */
export const colourOf = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim()

export interface Usage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
}

/** The pieces of an answer as they come; `onUsage` is told what it took, at the end. */
export async function* pieces(
  body: object,
  signal: AbortSignal,
  onUsage: (usage: Usage) => void,
): AsyncGenerator<string> {
  const asked = { ...body, stream: true, stream_options: { include_usage: true } }
  const response = await ask('/v1/chat/completions', asked, signal)
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let left = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    const lines = (left + value).split('\n')
    left = lines.pop()!
    for (const line of lines) {
      if (!line.startsWith('data: ') || line === 'data: [DONE]') continue
      const chunk = JSON.parse(line.slice(6)) as {
        error?: { message: string }
        usage?: Usage | null
        choices?: { delta: { content?: string } }[]
      }
      if (chunk.error) throw new Error(chunk.error.message)
      if (chunk.usage) onUsage(chunk.usage)
      const text = chunk.choices?.[0]?.delta.content
      if (text) yield text
    }
  }
}
