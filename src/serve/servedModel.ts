import { createHash, randomInt } from 'node:crypto'
import path from 'node:path'
import { loadAudio, logMel } from '../../audio/index.ts'
import { type AudioFeatures, startEngine } from '../../models/index.ts'
import { openModel } from '../model/modelFolder.ts'
import { audioPaths } from '../prompts/message.ts'
import { type ChatRequest, soundOf } from './chatRequest.ts'
import { ApiError } from './errors.ts'
import { type Queue, requestQueue } from './queue.ts'

export interface TokenLogProb {
  readonly token: string
  readonly logprob: number
  readonly bytes: readonly number[]
}

/** A piece of the answer number `index`, with the tokens it was made of. */
export interface Piece {
  readonly index: number
  readonly text: string
  readonly tokens: readonly TokenLogProb[]
}

export interface Choice {
  readonly text: string
  readonly tokens: readonly TokenLogProb[]
  readonly finishReason: 'stop' | 'length'
}

export interface Completed {
  readonly choices: readonly Choice[]
  readonly nPromptTokens: number
  readonly nCompletionTokens: number
}

export interface ServedModel {
  /** How requests name it: the last part of its folder or hub id. */
  readonly id: string
  readonly created: number
  readonly queue: Queue
  readonly nMels: 80 | 128
  readonly hears: boolean
  /** Longest clip that it hears; longer ones are refused. */
  readonly maxSeconds: number
  /** @throws ApiError for what is wrong with the request; the signal's reason when aborted */
  complete(request: ChatRequest, signal: AbortSignal, onPiece?: (piece: Piece) => void): Promise<Completed>
  close(): Promise<void>
}

const SAMPLE_RATE = 16_000 // Hz, what the encoders read
const DEFAULT_TOKENS = 256
const KEPT_CLIPS = 32 // a conversation sends its clips again with every turn

/** Opens a model in an engine of its own, to be asked by many. `close` it when done. */
export async function serveModel(
  model: string,
  options: { device: string; maxWaiting: number; onNotice: (line: string) => void },
): Promise<ServedModel> {
  const engine = startEngine({ executionProviders: [options.device] })
  const opened = await openModel(model, engine, { onNotice: options.onNotice, frozen: true }).catch(async (error) => {
    await engine.close()
    throw error
  })
  const { policy, tokenizer, renderer, maxSeconds } = opened
  const { maxPositions } = policy.config.language
  const hears = policy.config.audio !== null
  const queue = requestQueue(options.maxWaiting)
  const kept = new Map<string, AudioFeatures>()

  const featuresOf = async (url: string): Promise<AudioFeatures> => {
    if (!hears) throw new ApiError(400, 'the model hears nothing; ask it without sound.', { param: 'messages' })
    const bytes = soundOf(url)
    const key = createHash('sha256').update(bytes).digest('hex')
    const known = kept.get(key)
    if (known) return known
    const { samples } = await loadAudio(bytes, { sampleRate: SAMPLE_RATE })
    const seconds = samples.length / SAMPLE_RATE
    if (seconds > maxSeconds) {
      const message = `a sound of ${seconds.toFixed(1)} s; the model hears at most ${maxSeconds} s. Cut it.`
      throw new ApiError(400, message, { param: 'messages' })
    }
    const features = await logMel(samples, { nMels: policy.nMels })
    kept.set(key, features)
    if (kept.size > KEPT_CLIPS) kept.delete(kept.keys().next().value!)
    return features
  }

  const sample = async (request: ChatRequest, signal: AbortSignal, onPiece?: (piece: Piece) => void) => {
    const features: AudioFeatures[] = []
    for (const url of audioPaths(request.messages)) features.push(await featuresOf(url))
    const ids = renderer.prompt(request.messages, features)
    const room = maxPositions - ids.length
    if (room < 1) {
      const message = `the conversation has ${ids.length} tokens and the model ${maxPositions} positions. Begin anew, or with fewer clips.`
      throw new ApiError(400, message, { code: 'context_length_exceeded', param: 'messages' })
    }
    signal.throwIfAborted()
    const stop = new AbortController()
    const choices = Array.from({ length: request.n }, (_, index) =>
      answerOf(index, request.stop, tokenizer, (piece) => onPiece?.(piece)),
    )
    const seed = request.seed ?? randomInt(2 ** 32)
    const rows = await policy.generate({
      batch: { audios: features, sequences: [{ ids, audios: features.map((_, i) => i) }] },
      rows: choices.map((_, i) => ({ prompt: 0, seed: (seed + i) >>> 0 })),
      maxNewTokens: Math.min(request.maxTokens ?? DEFAULT_TOKENS, room),
      stopIds: renderer.stopIds,
      sampling: {
        temperature: request.temperature,
        topP: request.topP,
        topK: request.topK,
        repetitionPenalty: request.repetitionPenalty,
      },
      signal: AbortSignal.any([signal, stop.signal]),
      onTokens: (row, more, logProbs) => {
        for (const [i, id] of more.entries()) choices[row]!.push(id, logProbs[i]!)
        if (choices.every(({ isOver }) => isOver())) stop.abort()
      },
    })
    signal.throwIfAborted()
    return {
      choices: rows.map(({ finishReason }, i) => choices[i]!.end(finishReason)),
      nPromptTokens: ids.length,
      nCompletionTokens: rows.reduce((sum, { completionIds }) => sum + completionIds.length, 0),
    }
  }

  return {
    id: path.basename(model.startsWith('.') || model.startsWith('/') ? path.resolve(model) : model),
    created: Math.floor(Date.now() / 1000),
    queue,
    nMels: policy.nMels,
    hears,
    maxSeconds,
    complete: (request, signal, onPiece) => queue.run(() => sample(request, signal, onPiece), signal),
    close: () => engine.close(),
  }
}

interface Decoder {
  streamDecoder(options: { skipSpecial: boolean }): { push(id: number): string; end(): string }
}

/** One answer as it grows: text is held back while it may be the beginning of a stop string. */
function answerOf(index: number, stops: readonly string[], tokenizer: Decoder, tell: (piece: Piece) => void) {
  const decoder = tokenizer.streamDecoder({ skipSpecial: true })
  const tokens: TokenLogProb[] = []
  let text = ''
  let held = ''
  let pending: TokenLogProb[] = []
  let over = false
  const say = (shown: string) => {
    if (shown === '') return
    text += shown
    tell({ index, text: shown, tokens: pending })
    pending = []
  }
  const take = (piece: string, isLast: boolean) => {
    // The first token of a byte-level vocabulary may carry the space that parts it from the prompt.
    held += text === '' && held === '' ? piece.trimStart() : piece
    const found = stops.map((stop) => held.indexOf(stop)).filter((at) => at >= 0)
    if (found.length > 0) {
      over = true
      const shown = held.slice(0, Math.min(...found))
      held = ''
      return say(shown)
    }
    const keep = isLast ? 0 : heldBack(held, stops)
    const shown = held.slice(0, held.length - keep)
    held = held.slice(held.length - keep)
    say(shown)
  }
  return {
    isOver: () => over,
    push(id: number, logprob: number) {
      if (over) return
      const piece = decoder.push(id)
      const known = { token: piece, logprob, bytes: [...Buffer.from(piece)] }
      tokens.push(known)
      pending.push(known)
      take(piece, false)
    },
    end(finishReason: 'stop' | 'length'): Choice {
      if (!over) take(decoder.end(), true)
      return { text, tokens, finishReason: over ? 'stop' : finishReason }
    },
  }
}

/** Characters at the end of a text that may begin one of the stop strings. */
export function heldBack(text: string, stops: readonly string[]): number {
  const lengths = stops.map((stop) => {
    let n = Math.min(stop.length - 1, text.length)
    while (n > 0 && !stop.startsWith(text.slice(text.length - n))) n--
    return n
  })
  return Math.max(0, ...lengths)
}
