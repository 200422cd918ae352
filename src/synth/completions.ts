import { ChatFault, type ChatReply } from '../judge/chat.ts'

/**
 * One request of OpenAI's older protocol, `/completions`, in which the prompt is the whole text that a model reads: a chat
 * endpoint would close the user's turn.
 *
 * @throws ChatFault
 */
export async function postCompletion(
  prompt: string,
  options: {
    readonly url: string
    readonly apiKey?: string
    readonly body: Readonly<Record<string, unknown>>
    readonly timeoutMs: number
    readonly seed: number
  },
  signal: AbortSignal,
): Promise<ChatReply> {
  const { url, apiKey, body, timeoutMs, seed } = options
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  let response: Response
  try {
    response = await fetch(`${url.replace(/\/+$/, '')}/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify({ ...body, prompt, seed }),
      signal: limit,
    })
    const text = await response.text()
    if (!response.ok) {
      const means = [401, 403, 404].includes(response.status)
        ? 'all'
        : response.status < 500 && response.status !== 429
          ? 'item'
          : 'again'
      throw new ChatFault(`${response.status} ${text.slice(0, 160)}`, { kind: String(response.status), means })
    }
    const reply = JSON.parse(text) as {
      choices?: { text?: unknown }[]
      usage?: { prompt_tokens?: number; completion_tokens?: number }
    }
    const completion = reply.choices?.[0]?.text
    if (typeof completion !== 'string')
      throw new ChatFault('a reply that is no completion', { kind: 'body', charged: true })
    const { prompt_tokens: promptTokens = null, completion_tokens: completionTokens = null } = reply.usage ?? {}
    return { text: completion, promptTokens, completionTokens }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof ChatFault) throw error
    const timedOut = (error as Error).name === 'TimeoutError'
    throw new ChatFault((error as Error).message, { kind: timedOut ? 'timeout' : 'network', charged: timedOut })
  }
}
