import { openChat } from '../chat.ts'
import { UsageError } from '../errors.ts'
import type { ContentPart, Message } from '../prompts/message.ts'
import { openReplyCache } from './cache.ts'
import type { LoadedPart } from './chat.ts'
import { chatJudge } from './chatJudge.ts'
import { loadClip } from './clip.ts'
import type { Judge } from './judge.ts'
import { templateOf } from './openAiJudge.ts'
import type { JudgeTemplate } from './templates/index.ts'
import { openYesNoModel } from './yesNoModel.ts'

export interface EngineJudgeOptions {
  /** A model folder, a run folder, a GGUF file or a hub id; it judges on this machine, one criterion after another. */
  readonly model: string
  /**
   * How it decides: it writes a JSON object (`json`), or Yes is likelier as its next word than No (`yes-no`), which takes
   * no writing and cannot be unreadable.
   */
  readonly decide?: 'json' | 'yes-no'
  /** yes-no: probability of Yes from which a criterion is met (0.5); `rubato rubric calibrate` finds a better one. */
  readonly threshold?: number
  /** As for `openAiJudge` (`quoting`; `yes-no` where it decides so). */
  readonly template?: string | JudgeTemplate
  readonly ask?: 'each' | 'all'
  /** Whether it hears recordings; the model must be able to (false). */
  readonly audio?: boolean
  readonly guard?: boolean
  readonly maxAnswerChars?: number
  /** 0, the default, decides alike every time; then a reply that cannot be read is not asked for again. */
  readonly temperature?: number
  /** Tokens after which a reply is cut (256). */
  readonly maxTokens?: number
  /** Everything random follows from it (0). */
  readonly seed?: number
  /** Tries at one verdict (10 above temperature 0). */
  readonly attempts?: number
  /** Execution provider of ONNX Runtime ('cpu'). */
  readonly device?: string
  /** SQLite file that keeps replies; none when left out. */
  readonly cache?: string
  readonly onNotice?: (line: string) => void
}

/**
 * A judge on this machine: a model in our own engine writes the verdict, or is asked for the likelier of two words.
 *
 * @throws UsageError for a wrong option or model
 */
export async function engineJudge(options: EngineJudgeOptions): Promise<Judge & { close(): Promise<void> }> {
  const { model, ask = 'each', audio = false, temperature = 0, maxTokens = 256, seed = 0, decide = 'json' } = options
  const { threshold = 0.5 } = options
  const template = templateOf(options.template ?? (decide === 'json' ? 'quoting' : 'yes-no'), ask)
  if (!(threshold > 0 && threshold < 1))
    throw new UsageError(`engineJudge threshold: ${threshold}. Write a probability between 0 and 1.`)
  const cache = options.cache === undefined ? undefined : await openReplyCache(options.cache)
  const writer = await (decide === 'json' ? openWriter(options) : openDecider(options, threshold)).catch((error) => {
    cache?.close()
    throw error
  })
  const judge = chatJudge({
    name: `${model} (${template.name})`,
    template,
    ask,
    audio,
    guard: options.guard ?? true,
    maxAnswerChars: options.maxAnswerChars ?? 20_000,
    attempts: options.attempts ?? (temperature === 0 || decide === 'yes-no' ? 1 : 10),
    backoff: { baseMs: 0, capMs: 0 },
    budget: {},
    identity: ['engine', model, temperature, maxTokens, seed, audio, ask, ...(decide === 'json' ? [] : [threshold])],
    endpoints: [{ url: 'this machine', concurrency: 1 }],
    maxTokens,
    loadClip,
    ...(template.sampling.system === undefined ? {} : { system: template.sampling.system }),
    ...(cache === undefined ? {} : { cache }),
    async send({ system, parts }, _, signal) {
      const turn = { role: 'user' as const, content: parts.map(contentPart) }
      const text = await writer.reply(system === undefined ? [turn] : [{ role: 'system', content: system }, turn])
      signal.throwIfAborted()
      return { text, promptTokens: null, completionTokens: null }
    },
  })
  return {
    ...judge,
    async close() {
      judge.close()
      await writer.close()
    },
  }
}

/** Replies to a conversation with a text that holds the verdict. */
interface Writer {
  reply(messages: readonly Message[]): Promise<string>
  close(): Promise<void>
}

async function openWriter(options: EngineJudgeOptions): Promise<Writer> {
  const { model, device, temperature = 0, seed = 0, maxTokens = 256, onNotice } = options
  const chat = await openChat({
    model,
    temperature,
    seed,
    maxCompletionTokens: maxTokens,
    ...(device === undefined ? {} : { device }),
    ...(onNotice === undefined ? {} : { onNotice }),
  })
  return { reply: (messages) => chat.answer(messages), close: () => chat.close() }
}

/** Writes the verdict that the probabilities give, with them as its reason. */
async function openDecider({ model, device, onNotice }: EngineJudgeOptions, threshold: number): Promise<Writer> {
  const asked = await openYesNoModel({
    model,
    ...(device === undefined ? {} : { device }),
    ...(onNotice === undefined ? {} : { onNotice }),
  })
  return {
    async reply(messages) {
      const yes = await asked.probability(messages)
      return JSON.stringify({ explanation: `Yes ${yes.toFixed(3)} against No`, criteria_met: yes >= threshold })
    },
    close: () => asked.close(),
  }
}

const contentPart = (part: LoadedPart): ContentPart =>
  part.type === 'text'
    ? part
    : {
        type: 'audio',
        path: `data:audio/${part.clip.format};base64,${Buffer.from(part.clip.bytes).toString('base64')}`,
      }
