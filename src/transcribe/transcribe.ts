import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { deflateSync } from 'node:zlib'
import { loadAudio } from '../../audio/index.ts'
import {
  CheckpointError,
  detect,
  type Engine,
  fromWhisperJson,
  mapTensors,
  openTokenizer,
  readSafetensors,
  startEngine,
  Transcriber,
  transcribeWindow,
} from '../../models/index.ts'
import { UsageError } from '../errors.ts'
import { resolveModel } from '../hub/resolveModel.ts'
import { segmentsOf } from './segments.ts'
import { languageCode, type Speech, speechTokens } from './transcriptTokens.ts'
import { FRAMES_PER_SECOND, windowsOf } from './windows.ts'

export interface TranscriberOptions {
  /** A Whisper: a folder in the Hugging Face form, or a hub id. */
  readonly model: string
  /** Execution provider of ONNX Runtime ('cpu'). */
  readonly device?: string
  /** Told of what is fetched, of words that were cut, and of windows whose words are doubtful. */
  readonly onNotice?: (line: string) => void
}

export interface TranscribeOptions {
  /** Code or English name; heard from the clip's first 30 s when left out. */
  readonly language?: string
  /** 'transcribe', the default, writes what is said; 'translate' writes it in English. */
  readonly task?: 'transcribe' | 'translate'
  /** Times of phrases (false). A clip longer than a window has them anyway: they say where the next window begins. */
  readonly timestamps?: boolean
}

export interface TranscriptSegment {
  /** Seconds. */
  readonly start: number
  readonly end: number
  readonly text: string
}

export interface Transcript {
  readonly text: string
  /** Code; null for a model of English alone. */
  readonly language: string | null
  /** Seconds of sound. */
  readonly duration: number
  readonly segments: readonly TranscriptSegment[]
  /** Windows whose words repeat themselves or are improbable: Whisper may have written of nothing. */
  readonly doubtfulWindows: number
}

export interface SpeechTranscriber {
  /** @throws AudioError for the clip, UsageError for the language or a task that the model does not know */
  transcribe(file: string, options?: TranscribeOptions): Promise<Transcript>
  close(): Promise<void>
}

/** Limits beyond which Whisper's own program decodes again (openai/whisper, transcribe.py). */
const REPEATING = 2.4
const IMPROBABLE = -1

/**
 * Opens a Whisper that writes down speech, greedily and so always alike; `close` it when done.
 *
 * @throws UsageError, ConfigError, CheckpointError, TokenizerError
 * @example
 * const whisper = await openTranscriber({ model: 'openai/whisper-base' })
 * const { text, language } = await whisper.transcribe('talk.mp3')
 * await whisper.close()
 */
export async function openTranscriber(options: TranscriberOptions): Promise<SpeechTranscriber> {
  const { onNotice = () => {} } = options
  const folder = await resolveModel(options.model, { onNotice })
  const { config, speech, tokenizer } = readWhisper(folder)
  const engine = startEngine({ executionProviders: [options.device ?? 'cpu'] })
  try {
    const transcriber = await loadTranscriber(folder, config, engine)
    return {
      close: () => engine.close(),
      async transcribe(file, asked = {}) {
        const { samples } = await loadAudio(file, { sampleRate: 16_000 })
        const windows = await windowsOf(samples, config.audio.nMels as 80 | 128, transcriber.nFrames)
        const timed = asked.timestamps === true || windows.nFrames > transcriber.nFrames
        const segments: TranscriptSegment[] = []
        let language: string | null = null
        let asking: number[] = []
        let doubtfulWindows = 0
        for (let first = 0; first < windows.nFrames; ) {
          await transcriber.hear(windows.at(first))
          if (first === 0) {
            language = await languageOf(asked, speech, transcriber)
            asking = [
              ...askingFor(language, asked.task ?? 'transcribe', speech),
              ...(timed ? [] : [speech.noTimestamps]),
            ]
          }
          const { ids, meanLogProb, wasCut } = await transcribeWindow(transcriber, asking, speech)
          const offset = first / FRAMES_PER_SECOND
          const length = Math.min(transcriber.nFrames, windows.nFrames - first) / FRAMES_PER_SECOND
          const found = segmentsOf(ids, { firstTimestamp: speech.firstTimestamp, offset, length })
          const text = found.segments.map((segment) => tokenizer.decode(segment.ids)).join('')
          const isDoubtful = meanLogProb < IMPROBABLE || compressionOf(text) > REPEATING
          if (isDoubtful) doubtfulWindows++
          if (wasCut)
            onNotice(`${file}: the words from ${offset.toFixed(1)} s on were cut at ${config.maxPositions} tokens`)
          for (const { start, end, ids: words } of found.segments) {
            const spoken = tokenizer.decode(words).trim()
            if (spoken !== '') segments.push({ start: rounded(start), end: rounded(end), text: spoken })
          }
          first += Math.max(1, Math.round(found.advance * FRAMES_PER_SECOND))
        }
        if (doubtfulWindows > 0) {
          onNotice(
            `${file}: the words of ${doubtfulWindows} windows repeat themselves or are improbable; is there speech?`,
          )
        }
        const text = segments.map((segment) => segment.text).join(' ')
        return { text, language, duration: rounded(samples.length / 16_000), segments, doubtfulWindows }
      },
    }
  } catch (error) {
    await engine.close()
    throw error
  }
}

function readWhisper(folder: string) {
  const parsed = (name: string): Record<string, unknown> => {
    const file = path.join(folder, name)
    if (!existsSync(file)) throw new UsageError(`${folder}: no ${name}. Give a Whisper in the Hugging Face form.`)
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    } catch (error) {
      throw new UsageError(`${file}: not JSON (${(error as Error).message}).`)
    }
  }
  const config = fromWhisperJson(parsed('config.json'), path.join(folder, 'config.json'))
  const tokenizer = openTokenizer(folder)
  return { config, tokenizer, speech: speechTokens(tokenizer, parsed('generation_config.json'), config.vocab) }
}

async function loadTranscriber(folder: string, config: Transcriber['config'], engine: Engine): Promise<Transcriber> {
  const opened = readSafetensors(folder)
  const kept = [...opened.tensors.values()].filter(({ dtype }) => dtype === 'F32')
  const transcriber = new Transcriber(config, engine, kept.length > 0 ? mapTensors(kept) : undefined)
  for (const [name, shape] of transcriber.parameters) {
    const found = opened.tensors.get(name)?.shape ?? shape // one that is missing is told of when it is read
    if (found.join() !== shape.join()) {
      throw new CheckpointError(
        folder,
        name,
        `has shape [${found.join(', ')}]. The model asks for [${shape.join(', ')}].`,
      )
    }
  }
  await transcriber.setWeights((name) => opened.read(name))
  return transcriber
}

async function languageOf(
  { language }: TranscribeOptions,
  speech: Speech,
  transcriber: Transcriber,
): Promise<string | null> {
  if (language !== undefined) return languageCode(language, speech)
  if (speech.languages.size === 0) return null
  const id = await detect(transcriber, speech.start, [...speech.languages.values()])
  return [...speech.languages].find(([, candidate]) => candidate === id)![0]
}

/** Tokens that ask for a transcript: the start, and for a model of several languages which one and what to do. */
function askingFor(language: string | null, task: 'transcribe' | 'translate', speech: Speech): number[] {
  if (language !== null) return [speech.start, speech.languages.get(language)!, speech.tasks[task]]
  if (task === 'translate') throw new UsageError('task "translate": the model knows English alone. Leave it out.')
  return [speech.start]
}

/** How many times shorter deflate makes a text: above 2.4 it says the same again and again. */
const compressionOf = (text: string): number => (text === '' ? 0 : Buffer.byteLength(text) / deflateSync(text).length)

const rounded = (seconds: number): number => Math.round(seconds * 100) / 100
