// `rubato serve` on this machine, over HTTP: how soon the first token comes once a recording of 3 s has ended, how many
// tokens a second for one who asks and for 16 at once, and what the demo page weighs and takes to be ready. The model has the
// quickstart's size and one step of training: its answers are noise of full length, and take the time that answers take.
// About 20 s. The page needs a Chromium (CHROMIUM=/path/to/chromium, else /usr/bin/chromium).
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { encodeWav, loadAudio } from '../../audio/index.ts'
import { silentProgress, trainRun } from '../../src/index.ts'
import { type RunningServer, startServer } from '../../src/serve/serve.ts'
import type { BenchResult } from './result.ts'

const SECONDS = 3 // of the recording
const ROUNDS = 12
const TOKENS = 64 // of an answer
const AT_ONCE = 16
const READY = 1 // s, the most that the page may take

export async function benchServe(): Promise<BenchResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'rubato-bench-'))
  let server: RunningServer | undefined
  try {
    const recordings = await someRecordings()
    await trainOneStep(folder, recordings)
    server = await startServer({ models: [path.join(folder, 'run')], port: 0, runs: folder })
    const client = asking(server.url)
    await client(recordings[0]!, TOKENS) // what is compiled once is compiled now
    const firsts: number[] = []
    for (let i = 0; i < ROUNDS; i++) firsts.push((await client(recordings[i % recordings.length]!, 1)).first)
    const alone = await speedOf(client, recordings, 1)
    await speedOf(client, recordings, AT_ONCE)
    const together = await speedOf(client, recordings, AT_ONCE)
    const page = await weigh(server.url)
    const ready = await readyAfter(server.url)
    return {
      name: `rubato serve, a model of the quickstart's size`,
      rows: [
        { label: `first token, a new recording of ${SECONDS} s`, value: 1000 * median(firsts), unit: 'ms' },
        { label: 'one who asks', value: alone, unit: 'tokens/s' },
        { label: `${AT_ONCE} at once`, value: together, unit: 'tokens/s' },
        { label: 'demo page, compressed', value: page.bytes / 1024, unit: `KiB in ${page.nFiles} files` },
        ...(ready === null ? [] : [{ label: 'demo page ready', value: 1000 * ready, unit: 'ms' }]),
      ],
      ...(ready !== null && { ratio: READY / ready, target: 1 }),
      note:
        ready === null
          ? 'no Chromium, so the page was not opened'
          : `ratio: ${READY} s to the median of ${PAGES} openings, navigation to ready, nothing cached`,
    }
  } finally {
    await server?.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Real recordings, each cut to its first seconds. */
async function someRecordings(): Promise<Uint8Array[]> {
  const require = createRequire(import.meta.url)
  const folder = path.join(path.dirname(require.resolve('supersonic-scsynth-samples/package.json')), 'samples')
  const found: Uint8Array[] = []
  for (const file of readdirSync(folder).filter((name) => /\.(flac|wav)$/.test(name))) {
    const { samples } = await loadAudio(path.join(folder, file), { sampleRate: 16_000 })
    if (samples.length < SECONDS * 16_000) continue
    found.push(encodeWav(samples.subarray(0, SECONDS * 16_000), 16_000))
    if (found.length === ROUNDS + 1) break
  }
  return found
}

const RECIPE = `name: bench
model:
  audio: { width: 128, layers: 2, heads: 4, pool: 8, ffn: 512 }
  language: { hidden: 128, layers: 4, heads: 4, kv_heads: 2, ffn: 384, vocab: 320, max_positions: 512 }
clips: { max_seconds: 3.2 }
stages:
  - sft: { data: data.jsonl, steps: 1, batch: 2 }
eval: []
`

async function trainOneStep(folder: string, recordings: readonly Uint8Array[]): Promise<void> {
  writeFileSync(path.join(folder, 'recipe.yaml'), RECIPE)
  writeFileSync(path.join(folder, 'clip.wav'), recordings[0]!)
  const sample = {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'audio', path: 'clip.wav' },
          { type: 'text', text: 'what do you hear?' },
        ],
      },
      { role: 'assistant', content: 'a loop of drums, and then nothing.' },
    ],
  }
  writeFileSync(path.join(folder, 'data.jsonl'), `${JSON.stringify(sample)}\n${JSON.stringify(sample)}\n`)
  await trainRun({
    recipeFile: path.join(folder, 'recipe.yaml'),
    runFolder: path.join(folder, 'run'),
    progress: silentProgress,
  })
}

type Ask = (recording: Uint8Array, tokens: number) => Promise<{ first: number; nTokens: number }>

/** Seconds from sending a recording to the first token of its answer, read as it streams. */
const asking =
  (url: string): Ask =>
  async (recording, tokens) => {
    const began = performance.now()
    const data = Buffer.from(recording).toString('base64')
    const content = [
      { type: 'input_audio', input_audio: { data, format: 'wav' } },
      { type: 'text', text: 'what do you hear?' },
    ]
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        model: 'run',
        messages: [{ role: 'user', content }],
        temperature: 1,
        max_tokens: tokens,
        logprobs: true, // a token is told even where its bytes are no whole character yet
        stream: true,
        stream_options: { include_usage: true },
      }),
    })
    if (!response.ok || !response.body) throw new Error(await response.text())
    let text = ''
    let first = 0
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      text += piece
      if (first === 0 && /"token":/.test(text)) first = (performance.now() - began) / 1000
    }
    return { first, nTokens: Number(/"completion_tokens":(\d+)/.exec(text)?.[1]) }
  }

async function speedOf(ask: Ask, recordings: readonly Uint8Array[], atOnce: number): Promise<number> {
  const began = performance.now()
  const answers = await Promise.all(
    Array.from({ length: atOnce }, (_, i) => ask(recordings[i % recordings.length]!, TOKENS)),
  )
  return answers.reduce((sum, { nTokens }) => sum + nTokens, 0) / ((performance.now() - began) / 1000)
}

/** Bytes that the page and all it loads are sent in. */
async function weigh(url: string): Promise<{ bytes: number; nFiles: number }> {
  const html = await (await fetch(url)).text()
  const files = [...new Set([...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, file]) => file!))]
  let bytes = Buffer.byteLength(html)
  for (const file of files) bytes += await sentBytes(url + file)
  return { bytes, nFiles: files.length + 1 }
}

async function sentBytes(address: string): Promise<number> {
  const { get } = await import('node:http') // fetch would unpack them
  return new Promise((resolve, reject) => {
    get(address, { headers: { 'Accept-Encoding': 'gzip' } }, (response) => {
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      response.on('end', () => resolve(bytes))
    }).on('error', reject)
  })
}

const PAGES = 5

/** Seconds from navigation to a page that can be used, each time in a fresh profile; null without a browser. */
async function readyAfter(url: string): Promise<number | null> {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
  if (!existsSync(executablePath)) return null
  const { chromium } = await import('playwright-core')
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const times: number[] = []
    for (let i = 0; i <= PAGES; i++) {
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(url)
      await page.waitForSelector('body[data-ready]')
      // The page's own clock, which begins at navigation; the first opening warms the browser up.
      const ready = await page.evaluate(() => performance.getEntriesByName('ready')[0]?.startTime ?? Number.NaN)
      if (i > 0) times.push(ready / 1000)
      await context.close()
    }
    return median(times)
  } finally {
    await browser.close()
  }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
