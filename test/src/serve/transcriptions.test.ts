import { rmSync } from 'node:fs'
import path from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeWav } from '../../../audio/index.ts'
import {
  fromWhisperJson,
  openTokenizer,
  startEngine,
  Transcriber,
  trainTokenizer,
  writeSafetensors,
} from '../../../models/index.ts'
import { sfc32 } from '../../../models/random.ts'
import { initialWeight } from '../../../models/weights.ts'
import { type RunningServer, startServer } from '../../../src/serve/serve.ts'
import { clock } from '../../../src/serve/transcriptions.ts'
import { folderToRemove } from '../temporary.ts'

// A Whisper that has learnt nothing: what it writes is noise, and comes as the API says.
async function tinyWhisper(): Promise<string> {
  const special = ['<|startoftranscript|>', '<|en|>', '<|de|>', '<|translate|>', '<|transcribe|>', '<|notimestamps|>']
  const files = trainTokenizer(['what is said'], { vocab: 262 + special.length + 1, extraSpecial: special })
  const tokenizer = openTokenizer(files)
  const end = tokenizer.idOf('<|endoftext|>')
  const config = {
    architectures: ['WhisperForConditionalGeneration'],
    vocab_size: tokenizer.idOf('<|notimestamps|>') + 1 + 1501,
    d_model: 32,
    encoder_layers: 1,
    decoder_layers: 1,
    encoder_attention_heads: 2,
    decoder_attention_heads: 2,
    encoder_ffn_dim: 32,
    decoder_ffn_dim: 32,
    max_target_positions: 24,
  }
  const generation = {
    is_multilingual: true,
    suppress_tokens: [...tokenizer.special.values()].filter((id) => id !== end),
    max_initial_timestamp_index: 50,
  }
  const folder = folderToRemove({
    'whisper-tiny/config.json': JSON.stringify(config),
    'whisper-tiny/generation_config.json': JSON.stringify(generation),
    'whisper-tiny/tokenizer.json': JSON.stringify(files.tokenizer),
  })
  const engine = startEngine()
  const { parameters } = new Transcriber(fromWhisperJson(config, 'config.json'), engine)
  await engine.close()
  const random = sfc32(4)
  const tensors = [...parameters].map(
    ([name, shape]) => [name, { shape, data: initialWeight(name, shape, 1, random) }] as const,
  )
  writeSafetensors(path.join(folder, 'whisper-tiny/model.safetensors'), new Map(tensors))
  return folder
}

let folder: string
let server: RunningServer
let client: OpenAI
beforeAll(async () => {
  folder = await tinyWhisper()
  server = await startServer({ models: [], whisper: path.join(folder, 'whisper-tiny'), port: 0, runs: folder })
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 })
}, 240_000)
afterAll(async () => {
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

const wav = encodeWav(
  Float32Array.from({ length: 32_000 }, (_, i) => 0.3 * Math.sin(i * i)),
  16_000,
)
const file = () => new File([Buffer.from(wav)], 'said.wav')
const asked = (more: object = {}) => ({ model: 'whisper-1', file: file(), language: 'en', ...more })

describe('transcriptions, asked by the openai client', () => {
  it('writes down what is said, with times where they are asked for', async () => {
    const { text } = await client.audio.transcriptions.create(asked())
    const verbose = await client.audio.transcriptions.create({ ...asked(), response_format: 'verbose_json' })
    expect(typeof text).toBe('string')
    expect(verbose).toMatchObject({ language: 'en', duration: 2 })
    expect(verbose.segments!.map(({ text }) => text).join(' ')).toBe(verbose.text)
    for (const { start, end } of verbose.segments!) expect(end).toBeGreaterThanOrEqual(start)
  })

  it('writes subtitles', async () => {
    const vtt = (await client.audio.transcriptions.create({ ...asked(), response_format: 'vtt' })) as unknown as string
    expect(vtt).toMatch(/^WEBVTT\n/)
    expect(clock(3723.45, ',')).toBe('01:02:03,450')
  })

  it('translates', async () => {
    const told = await client.audio.translations.create({
      model: 'whisper-1',
      file: file(),
      response_format: 'verbose_json',
    })
    expect(told).toMatchObject({ task: 'translate' })
  })

  it('refuses what would change the words and is not read, a language that is none, and what is no sound', async () => {
    for (const [more, param] of [
      [{ prompt: 'Rubato' }, 'prompt'],
      [{ temperature: 0.7 }, 'temperature'],
      [{ timestamp_granularities: ['word'] }, 'timestamp_granularities[]'],
    ] as const) {
      await expect(client.audio.transcriptions.create(asked(more) as never)).rejects.toMatchObject({
        status: 400,
        param,
      })
    }
    await expect(client.audio.transcriptions.create(asked({ language: 'xx' }))).rejects.toMatchObject({ status: 400 })
    const page = new File(['<html>'], 'a.wav')
    await expect(client.audio.transcriptions.create(asked({ file: page }))).rejects.toMatchObject({ status: 400 })
    await expect(client.audio.transcriptions.create(asked({ model: 'other' }))).rejects.toMatchObject({ status: 404 })
  })

  it('lets a recording be judged by its words', async () => {
    const rubric =
      'name: r\ncriteria:\n  - { criterion: Says much., points: 1, verify: { kind: word-count, max: 999 } }\n'
    const recording = `data:audio/wav;base64,${Buffer.from(wav).toString('base64')}`
    const told = await fetch(`${server.url}/api/score`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ rubric, recording }),
    })
    const { text, criteria } = (await told.json()) as { text: string; criteria: { met: boolean | null }[] }
    expect(typeof text).toBe('string')
    expect(criteria[0]!.met).not.toBeNull()
  })
})
