import path from 'node:path'
import type { Context } from 'hono'
import { encodeWav, loadAudio } from '../../audio/index.ts'
import { openTranscriber, type TranscribeOptions, type Transcript } from '../transcribe/transcribe.ts'
import { checkedLength } from './chatRequest.ts'
import { ApiError } from './errors.ts'
import { type Queue, requestQueue } from './queue.ts'

export interface ServedWhisper {
  readonly id: string
  readonly created: number
  readonly queue: Queue<Transcription, Transcript>
  close(): Promise<void>
}

interface Transcription extends TranscribeOptions {
  /** A WAV, as a data URL. */
  readonly url: string
}

/** @throws as `openTranscriber` does */
export async function serveWhisper(
  model: string,
  options: { device: string; maxWaiting: number; onNotice: (line: string) => void },
): Promise<ServedWhisper> {
  const transcriber = await openTranscriber({ model, device: options.device, onNotice: options.onNotice })
  return {
    id: path.basename(path.resolve(model)),
    created: Math.floor(Date.now() / 1000),
    queue: requestQueue({
      maxWaiting: options.maxWaiting,
      work: async ([asked]) => {
        const { url, ...how } = asked!.request
        asked!.answer(await transcriber.transcribe(url, how))
      },
    }),
    close: () => transcriber.close(),
  }
}

const FORMATS = ['json', 'text', 'verbose_json', 'srt', 'vtt'] as const
const MAX_SECONDS = 3600 // of one recording: what a server should hold in memory

/** Keys of the form, and what may stand there; those that would change the words and are not read are refused. */
const KEYS: Readonly<Record<string, true | string>> = {
  file: true,
  model: true,
  language: true,
  response_format: true,
  temperature: '0', // Whisper writes greedily here
  stream: 'false',
  'timestamp_granularities[]': 'segment',
}

/**
 * `POST /v1/audio/transcriptions` and `/v1/audio/translations`, which writes in English: a form with `file`, and perhaps
 * `language` and `response_format`.
 */
export async function transcriptions(
  c: Context,
  whisper: ServedWhisper | undefined,
  task: 'transcribe' | 'translate' = 'transcribe',
): Promise<Response> {
  if (!whisper) {
    throw new ApiError(404, 'no Whisper is served. Start the server with --whisper.', { code: 'model_not_found' })
  }
  if (!/^multipart\/form-data\b/i.test(c.req.header('content-type') ?? '')) {
    throw new ApiError(415, 'the body must be a form, with Content-Type: multipart/form-data.')
  }
  const form = await c.req.raw.formData().catch(() => {
    throw new ApiError(400, 'the body is not a form that can be read.')
  })
  const word = (key: string): string | undefined => {
    const value = form.get(key)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  for (const [key, value] of form) {
    const allowed = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined
    if (allowed === true || allowed === value) continue
    const told = allowed === undefined ? 'not supported. Leave it out.' : `not supported but for ${allowed}.`
    throw new ApiError(400, `${key.slice(0, 100)}: ${told}`, { code: 'unknown_parameter', param: key })
  }
  const file = form.get('file')
  if (!(file instanceof Blob)) throw new ApiError(400, 'file: expected a sound file.', { param: 'file' })
  const format = word('response_format') ?? 'json'
  if (!FORMATS.some((known) => known === format)) {
    throw new ApiError(400, `response_format: expected one of ${FORMATS.join(', ')}.`, { param: 'response_format' })
  }
  const asked = word('model')
  if (asked !== undefined && asked !== whisper.id && asked !== 'whisper-1') {
    throw new ApiError(404, `no model ${JSON.stringify(asked.slice(0, 100))} here; served: ${whisper.id}.`, {
      code: 'model_not_found',
      param: 'model',
    })
  }
  const bytes = checkedLength(new Uint8Array(await file.arrayBuffer()))
  const { samples } = await loadAudio(bytes, { sampleRate: 16_000 })
  if (samples.length > MAX_SECONDS * 16_000) {
    throw new ApiError(400, `file: lasts ${Math.round(samples.length / 16_000)} s, allowed ${MAX_SECONDS}.`)
  }
  const url = `data:audio/wav;base64,${Buffer.from(encodeWav(samples, 16_000)).toString('base64')}`
  const language = word('language')
  const transcript = await whisper.queue.ask(
    { url, task, timestamps: format !== 'json' && format !== 'text', ...(language && { language }) },
    c.req.raw.signal,
  )
  return written(c, transcript, format, task)
}

function written(c: Context, transcript: Transcript, format: string, task: string): Response {
  const { text, language, duration, segments } = transcript
  if (format === 'text') return c.text(`${text}\n`)
  if (format === 'srt') {
    return c.text(
      segments.map((s, i) => `${i + 1}\n${clock(s.start, ',')} --> ${clock(s.end, ',')}\n${s.text}\n`).join('\n'),
    )
  }
  if (format === 'vtt') {
    return c.text(
      `WEBVTT\n\n${segments.map((s) => `${clock(s.start, '.')} --> ${clock(s.end, '.')}\n${s.text}\n`).join('\n')}`,
    )
  }
  if (format === 'json') return c.json({ text })
  return c.json({
    task,
    language,
    duration,
    text,
    segments: segments.map((segment, id) => ({ id, ...segment })),
  })
}

/** `01:02:03.450`, as subtitles have it. */
export function clock(seconds: number, point: ',' | '.'): string {
  const ms = Math.round(seconds * 1000)
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0')
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}${point}${String(ms % 1000).padStart(3, '0')}`
}
