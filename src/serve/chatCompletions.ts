import { randomUUID } from 'node:crypto'
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Piece, TokenLogProb } from './answer.ts'
import { type ChatRequest, parseChatRequest } from './chatRequest.ts'
import { ApiError, asApiError } from './errors.ts'
import type { Completed, Prepared } from './sampler.ts'
import type { ServedModel } from './servedModel.ts'

/** `POST /v1/chat/completions`: an answer at once, or as an event stream. */
export async function chatCompletions(
  c: Context,
  models: ReadonlyMap<string, ServedModel>,
  report: (error: unknown) => void,
): Promise<Response> {
  const asked = await understood(c, models)
  const { model, prepared, wants } = asked
  const head = { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: model.id }
  if (wants.stream) return streamed(c, asked, head, report)
  const { choices, promptIds } = await model.complete(prepared, c.req.raw.signal)
  return c.json({
    ...head,
    object: 'chat.completion',
    choices: choices.map(({ text, tokens, finishReason }, index) => ({
      index,
      message: { role: 'assistant', content: text, refusal: null },
      logprobs: wants.logprobs ? logProbsOf(tokens) : null,
      finish_reason: finishReason,
      ...(wants.returnTokenIds && { token_ids: tokens.map(({ id }) => id) }),
    })),
    usage: usageOf({ choices, promptIds }),
    ...(wants.returnTokenIds && { prompt_token_ids: promptIds }),
  })
}

interface Asked {
  readonly model: ServedModel
  readonly prepared: Prepared
  readonly wants: Pick<ChatRequest, 'stream' | 'logprobs' | 'includeUsage' | 'returnTokenIds'>
  /** Whom pieces are told to; they come from `complete` alone. */
  readonly listener: { onPiece: (piece: Piece) => void }
}

/** The request without its body: sounds in base64 may be long, and the answer may take a while. */
async function understood(c: Context, models: ReadonlyMap<string, ServedModel>): Promise<Asked> {
  const request = parseChatRequest(await jsonBody(c))
  const model = modelNamed(models, request.model)
  const listener: Asked['listener'] = { onPiece: () => {} }
  const prepared = await model.prepare(request, (piece) => listener.onPiece(piece))
  const { stream, logprobs, includeUsage, returnTokenIds } = request
  return { model, prepared, listener, wants: { stream, logprobs, includeUsage, returnTokenIds } }
}

interface Head {
  readonly id: string
  readonly created: number
  readonly model: string
}

function streamed(
  c: Context,
  { model, prepared, wants, listener }: Asked,
  head: Head,
  report: (error: unknown) => void,
): Response {
  const { logprobs, includeUsage, returnTokenIds } = wants
  return streamSSE(c, async (stream) => {
    const gone = new AbortController()
    stream.onAbort(() => gone.abort())
    c.req.raw.signal.addEventListener('abort', () => gone.abort(), { once: true })
    const send = (choices: readonly object[], more: object = {}) =>
      stream.writeSSE({
        data: JSON.stringify({
          ...head,
          object: 'chat.completion.chunk',
          choices,
          ...(includeUsage && { usage: null }),
          ...more,
        }),
      })
    const choice = (index: number, delta: object, tokens: readonly TokenLogProb[], finish: string | null) => ({
      index,
      delta,
      logprobs: logprobs ? logProbsOf(tokens) : null,
      finish_reason: finish,
      ...(returnTokenIds && { token_ids: tokens.map(({ id }) => id) }),
    })
    try {
      const told = Array.from({ length: prepared.n }, () => 0) // tokens whose log-probabilities were sent
      for (const i of told.keys()) await send([choice(i, { role: 'assistant', content: '' }, [], null)])
      listener.onPiece = ({ index, text, tokens }) => {
        told[index]! += tokens.length
        void send([choice(index, { content: text }, tokens, null)]).catch(() => gone.abort())
      }
      const completed = await model.complete(prepared, gone.signal)
      for (const [i, { tokens, finishReason }] of completed.choices.entries()) {
        await send([choice(i, {}, tokens.slice(told[i]), finishReason)])
      }
      if (includeUsage) await send([], { usage: usageOf(completed) })
      await stream.writeSSE({ data: '[DONE]' })
    } catch (error) {
      if (gone.signal.aborted) return
      const told = asApiError(error)
      if (told.status >= 500) report(error)
      // The status is sent already: OpenAI's clients read an error from a line of the stream.
      await stream.writeSSE({ data: JSON.stringify(told.body) })
    }
  })
}

const logProbsOf = (tokens: readonly TokenLogProb[]) => ({
  content: tokens.map(({ token, logprob, bytes }) => ({ token, logprob, bytes, top_logprobs: [] })),
  refusal: null,
})

const usageOf = ({ choices, promptIds }: Completed) => {
  const nCompletionTokens = choices.reduce((sum, { nTokens }) => sum + nTokens, 0)
  return {
    prompt_tokens: promptIds.length,
    completion_tokens: nCompletionTokens,
    total_tokens: promptIds.length + nCompletionTokens,
  }
}

/** @throws ApiError 404 that names those there are */
export function modelNamed(models: ReadonlyMap<string, ServedModel>, id: string): ServedModel {
  const found = models.get(id)
  if (found) return found
  const message = `no model ${JSON.stringify(id.slice(0, 100))}; served: ${[...models.keys()].join(', ')}.`
  throw new ApiError(404, message, { code: 'model_not_found', param: 'model' })
}

/**
 * The body, which must say that it is JSON: a page of another site can send text unasked, JSON only with our leave.
 *
 * @throws ApiError 415, 400
 */
export async function jsonBody(c: Context): Promise<unknown> {
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
    throw new ApiError(415, 'the body must be JSON, with Content-Type: application/json.')
  }
  const text = await c.req.text()
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiError(400, 'the body is not JSON.', { code: 'invalid_json' })
  }
}
