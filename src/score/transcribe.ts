import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { RunError } from '../errors.ts'

/**
 * A transcriber behind `/v1/audio/transcriptions`, as OpenAI, vLLM and speech servers offer it.
 *
 * @param options.url    base URL such as `http://127.0.0.1:8000/v1`
 * @param options.model  as the server names it (`whisper-1`)
 */
export function transcriptionEndpoint(options: {
  url: string
  model?: string
  apiKey?: string
}): (recording: string, signal: AbortSignal) => Promise<string> {
  const { url, model = 'whisper-1', apiKey } = options
  return async (recording, signal) => {
    const form = new FormData()
    form.set('model', model)
    form.set('response_format', 'json')
    form.set(
      'file',
      new Blob([await bytesOf(recording)]),
      /^(data|https?):/i.test(recording) ? 'answer.wav' : path.basename(recording),
    )
    const response = await fetch(`${url.replace(/\/+$/, '')}/audio/transcriptions`, {
      method: 'POST',
      body: form,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
      headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    })
    const body = await response.text()
    const text = response.ok ? textOf(body) : undefined
    if (text === undefined) throw new RunError(`${url}: ${response.status} ${body.slice(0, 160)}`.trim())
    return text.trim()
  }
}

/** Milliseconds for one recording. */
const TIMEOUT = 300_000

function textOf(body: string): string | undefined {
  try {
    const { text } = JSON.parse(body) as { text?: unknown }
    return typeof text === 'string' ? text : undefined
  } catch {
    return undefined
  }
}

async function bytesOf(recording: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = /^(data|https?):/i.test(recording)
    ? Buffer.from(await (await fetch(recording)).arrayBuffer())
    : await readFile(recording)
  return new Uint8Array(bytes)
}
