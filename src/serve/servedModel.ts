import { randomInt } from 'node:crypto'
import path from 'node:path'
import type { Bits } from '../../models/index.ts'
import { baseOfAdapter } from '../adapters/base.ts'
import { resolveModel } from '../hub/resolveModel.ts'
import { isAdapter, modelPlace, openModel } from '../model/modelFolder.ts'
import { audioPaths } from '../prompts/message.ts'
import type { Piece } from './answer.ts'
import type { ChatRequest } from './chatRequest.ts'
import type { BaseEngines } from './engines.ts'
import { ApiError } from './errors.ts'
import { hearing } from './hearing.ts'
import { requestQueue } from './queue.ts'
import { type Completed, goesWith, type Prepared, sampleTogether } from './sampler.ts'
import { offeredTags } from './tasks.ts'

export interface ServedModel {
  /** How requests name it: the last part of its folder or hub id. */
  readonly id: string
  readonly created: number
  /** Requests that wait, and that are worked on. */
  readonly queue: { readonly nWaiting: number; readonly nRunning: number }
  readonly nMels: 80 | 128
  readonly hears: boolean
  /** Whether the tags of all tasks that the page offers are tokens of its vocabulary. */
  readonly knowsTags: boolean
  /** Longest clip that it hears; longer ones are refused. */
  readonly maxSeconds: number
  /** Tokens of prompt and answer together. */
  readonly maxPositions: number
  /**
   * Hears the sounds and writes the prompt, so that all that can be wrong with a request is known before a stream begins.
   *
   * @throws ApiError for what is wrong with the request, 429 when too many wait already
   */
  prepare(request: ChatRequest, onPiece?: (piece: Piece) => void): Promise<Prepared>
  /** Requests that draw alike are sampled together. @throws ApiError 429; the signal's reason when aborted */
  complete(prepared: Prepared, signal: AbortSignal): Promise<Completed>
}

const DEFAULT_TOKENS = 256

export interface ServeModelOptions {
  readonly engines: BaseEngines
  readonly maxWaiting: number
  /** What an adapter stands beside, in place of the base that its config names. */
  readonly base?: string
  /** Bits that its linears, or those of its base, are held in; as they are when left out. */
  readonly quantise?: Bits
  readonly onNotice: (line: string) => void
}

/** Opens a model to be asked by many, in the engine that holds its base. */
export async function serveModel(model: string, options: ServeModelOptions): Promise<ServedModel> {
  const { engines, base, quantise, onNotice } = options
  const place = modelPlace(await resolveModel(model, { onNotice }))
  const adapted = isAdapter(place)
  const { engine, share } = engines.of(adapted ? (await baseOfAdapter(place, base, { onNotice })).place : place)
  const opened = await openModel(model, engine, {
    onNotice,
    frozen: true,
    share,
    ...(adapted && base !== undefined && { base }),
    ...(quantise && { quantise }),
  })
  const { policy, tokenizer, renderer, maxSeconds } = opened
  const { maxPositions } = policy.config.language
  const hears = policy.config.audio !== null
  const hear = hearing(policy.nMels, maxSeconds)
  const queue = requestQueue<Prepared, Completed>({
    maxWaiting: options.maxWaiting,
    goesWith: goesWith(maxPositions),
    work: (batch) => sampleTogether(batch, policy, tokenizer, renderer.stopIds),
  })

  return {
    id: path.basename(model.startsWith('.') || model.startsWith('/') ? path.resolve(model) : model),
    created: Math.floor(Date.now() / 1000),
    queue,
    nMels: policy.nMels,
    hears,
    knowsTags: offeredTags().every((tag) => tokenizer.has(tag)),
    maxSeconds,
    maxPositions,
    async prepare(request, onPiece) {
      queue.checkRoom()
      const urls = audioPaths(request.messages)
      if (urls.length > 0 && !hears) {
        throw new ApiError(400, 'the model hears nothing; ask it without sound.', { param: 'messages' })
      }
      const features = []
      for (const url of urls) features.push(await hear(url))
      const ids = renderer.prompt(request.messages, features)
      const room = maxPositions - ids.length
      if (room < 1) {
        const message = `the conversation has ${ids.length} tokens and the model ${maxPositions} positions. Begin anew, or with fewer clips.`
        throw new ApiError(400, message, { code: 'context_length_exceeded', param: 'messages' })
      }
      const { n, stop, temperature, topP, topK, repetitionPenalty } = request
      return {
        ids,
        features,
        n,
        stop,
        onPiece,
        seed: request.seed ?? randomInt(2 ** 32),
        maxTokens: Math.min(request.maxTokens ?? DEFAULT_TOKENS, room),
        sampling: { temperature, topP, topK, repetitionPenalty },
      }
    },
    complete: (prepared, signal) => queue.ask(prepared, signal),
  }
}
