import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ScoreOptions } from '../score/index.ts'
import { chatCompletions } from './chatCompletions.ts'
import { MAX_SOUND_BYTES } from './chatRequest.ts'
import { ApiError, asApiError } from './errors.ts'
import { guard } from './guard.ts'
import { heldBytes } from './heldBytes.ts'
import { addPages } from './pages.ts'
import type { ServedModel } from './servedModel.ts'
import { type ServedWhisper, transcriptions } from './transcriptions.ts'

/** Bytes of a body: a sound of the longest kind in base64, and some words. */
export const MAX_BODY_BYTES = Math.ceil((MAX_SOUND_BYTES * 4) / 3) + 2 ** 20

/** Bytes of all bodies that are on their way or being understood. */
const MAX_HELD_BYTES = 512 * 2 ** 20

export interface AppOptions {
  readonly models: ReadonlyMap<string, ServedModel>
  readonly whisper?: ServedWhisper
  /** What every request must bring; without one only loopback is answered. */
  readonly token?: string
  /** Folder whose run folders the page shows. */
  readonly runs: string
  /** Folder of recordings that the page offers to begin with. */
  readonly clips?: string
  /** Decides criteria of the page's rubrics that no verifier decides. */
  readonly judge?: ScoreOptions['judge']
  /** Told of errors that are ours. */
  readonly report: (error: unknown) => void
}

/** All routes; also what tests ask without a socket. */
export function serveApp(options: AppOptions): Hono {
  const { models, whisper, token, report } = options
  const app = new Hono()
  app.onError((error, c) => {
    if (c.req.raw.signal.aborted) return c.body(null, 499 as 400) // nobody is there to read it
    const told = asApiError(error)
    if (told.status >= 500) report(error)
    return c.json(told.body, told.status, told.status === 429 ? { 'Retry-After': '1' } : {})
  })
  app.notFound((c) => c.json(new ApiError(404, `no such address: ${c.req.method} ${c.req.path}.`).body, 404))
  app.use(async (c, next) => {
    await next()
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Referrer-Policy', 'no-referrer')
  })
  app.use(guard(token))
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: (c) => {
        c.header('Connection', 'close') // what is left of the body is not read, so nothing else can follow it
        throw new ApiError(413, `the body has more than ${MAX_BODY_BYTES} bytes.`, { code: 'too_large' })
      },
    }),
  )
  app.use(heldBytes(MAX_HELD_BYTES, MAX_BODY_BYTES))

  const served = [...models.values(), ...(whisper ? [whisper] : [])]
  app.get('/health', (c) => {
    const [waiting, running] = [sum(served.map((m) => m.queue.nWaiting)), sum(served.map((m) => m.queue.nRunning))]
    return c.json({ status: 'ok', running, waiting })
  })
  // `max_model_len` is vLLM's: tokens of prompt and answer together.
  const card = ({ id, created, maxPositions }: { id: string; created: number; maxPositions?: number }) => ({
    id,
    created,
    object: 'model',
    owned_by: 'rubato',
    ...(maxPositions !== undefined && { max_model_len: maxPositions }),
  })
  app.get('/v1/models', (c) => c.json({ object: 'list', data: served.map(card) }))
  app.get('/v1/models/:id', (c) => {
    const found = served.find(({ id }) => id === c.req.param('id'))
    if (!found) throw new ApiError(404, 'no such model.', { code: 'model_not_found', param: 'model' })
    return c.json(card(found))
  })
  app.post('/v1/chat/completions', (c) => chatCompletions(c, models, report))
  app.post('/v1/audio/transcriptions', (c) => transcriptions(c, whisper))
  app.post('/v1/audio/translations', (c) => transcriptions(c, whisper, 'translate'))
  addPages(app, options)
  return app
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
