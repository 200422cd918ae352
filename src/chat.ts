import { type Bits, type Engine, startEngine } from '../models/index.ts'
import { UsageError } from './errors.ts'
import { featureStore } from './features/featureStore.ts'
import { openModel } from './model/modelFolder.ts'
import { audioPaths, type Message } from './prompts/message.ts'
import { seededRandom } from './random.ts'

export interface ChatOptions {
  /** A model folder, an adapter, a run folder, a GGUF file or a hub id. */
  readonly model: string
  /** What an adapter stands beside, in place of the base that its config names. */
  readonly base?: string
  /** Bits that its linears, or those of its base, are held in; as they are when left out. */
  readonly quantise?: Bits
  /** Execution provider of ONNX Runtime ('cpu'). */
  readonly device?: string
  /** Tokens after which an answer is cut (256). */
  readonly maxCompletionTokens?: number
  /** 0, the default, takes the likeliest token. */
  readonly temperature?: number
  /** Everything random follows from it (0). */
  readonly seed?: number | string
  /** When aborted, the answer at hand ends where it is. */
  readonly signal?: AbortSignal
  /** Told of what a listener should know: a clip longer than the model hears, an answer that was cut. */
  readonly onNotice?: (line: string) => void
}

/** A conversation with a model about sound. */
export interface Chat {
  /**
   * The answer to a conversation that ends with a user turn; `onText` is told of its pieces as they come, which joined
   * are the answer.
   *
   * @throws UsageError when the conversation is longer than the model's positions; AudioError for a clip
   */
  answer(messages: readonly Message[], onText?: (piece: string) => void): Promise<string>
  close(): Promise<void>
}

/**
 * Opens a model to talk with; `close` it when done.
 *
 * @throws UsageError when there is no model in the folder
 * @example
 * const chat = await openChat({ model: 'runs/quickstart' })
 * await chat.answer([{ role: 'user', content: [{ type: 'audio', path: 'door.wav' }, { type: 'text', text: 'what do you hear?' }] }])
 * await chat.close()
 */
export async function openChat(options: ChatOptions): Promise<Chat> {
  const engine = startEngine({ executionProviders: [options.device ?? 'cpu'] })
  try {
    return await chatWith(engine, options)
  } catch (error) {
    await engine.close()
    throw error
  }
}

async function chatWith(engine: Engine, options: ChatOptions): Promise<Chat> {
  const { maxCompletionTokens = 256, temperature = 0, seed = 0, signal, onNotice = () => {} } = options
  const { policy, tokenizer, renderer, maxSeconds } = await openModel(options.model, engine, {
    onNotice,
    frozen: true,
    ...(options.base === undefined ? {} : { base: options.base }),
    ...(options.quantise && { quantise: options.quantise }),
  })
  const store = featureStore({
    nMels: policy.nMels,
    maxSeconds,
    overLength: 'cut',
    onCut: (path, seconds) =>
      onNotice(
        `${path}: lasts ${seconds.toFixed(1)} s; the model hears the first ${maxSeconds} s and not the rest (1 clip cut)`,
      ),
  })
  const random = seededRandom(seed)
  const stopped = new Promise<undefined>((resolve) => {
    if (signal?.aborted) resolve(undefined)
    signal?.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  const { maxPositions } = policy.config.language

  return {
    close: () => engine.close(),
    async answer(messages, onText = () => {}) {
      const features = await Promise.all(audioPaths(messages).map((path) => store.get(path)))
      const ids = renderer.prompt(messages, features)
      const room = maxPositions - ids.length
      if (room < 1) {
        throw new UsageError(
          `the conversation has ${ids.length} tokens and the model ${maxPositions} positions. Begin anew with /reset, or with fewer clips.`,
        )
      }
      const decoder = tokenizer.streamDecoder({ skipSpecial: true })
      let text = ''
      let over = false // the engine may go on for some tokens after an answer was stopped
      const say = (piece: string) => {
        if (over) return
        // The first token of a byte-level vocabulary may carry the space that parts it from the prompt.
        const shown = text === '' ? piece.trimStart() : piece
        text += shown
        if (shown !== '') onText(shown)
      }
      const limit = Math.min(maxCompletionTokens, room)
      const generated = policy.generate({
        batch: { audios: features, sequences: [{ ids, audios: features.map((_, i) => i) }] },
        rows: [{ prompt: 0, seed: random.integer(2 ** 32) }],
        maxNewTokens: limit,
        stopIds: renderer.stopIds,
        sampling: { temperature },
        onTokens: (_, more) => {
          for (const id of more) say(decoder.push(id))
        },
      })
      const row = await Promise.race([generated.then(([row]) => row), stopped])
      if (!row) {
        over = true
        generated.catch(() => {}) // the engine is closed while it samples
        return text
      }
      say(decoder.end())
      if (row.finishReason === 'length') onNotice(`the answer was cut after ${limit} tokens`)
      return text
    },
  }
}
