import { openChat } from '../chat.ts'
import type { ContentPart } from '../prompts/message.ts'
import { openReplyCache } from './cache.ts'
import type { LoadedPart } from './chat.ts'
import { chatJudge } from './chatJudge.ts'
import { loadClip } from './clip.ts'
import type { Judge } from './judge.ts'
import { templateOf } from './openAiJudge.ts'
import type { JudgeTemplate } from './templates/index.ts'

export interface EngineJudgeOptions {
  /** A model folder, a run folder, a GGUF file or a hub id; it judges on this machine, one criterion after another. */
  readonly model: string
  /** As for `openAiJudge` (`quoting`). */
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
 * A judge on this machine: a model in our own engine writes the verdict.
 *
 * @throws UsageError for a wrong option or model
 */
export async function engineJudge(options: EngineJudgeOptions): Promise<Judge & { close(): Promise<void> }> {
  const { model, ask = 'each', audio = false, temperature = 0, maxTokens = 256, seed = 0, device = 'cpu' } = options
  const template = templateOf(options.template ?? 'quoting', ask)
  const { onNotice } = options
  const cache = options.cache === undefined ? undefined : await openReplyCache(options.cache)
  const chat = await openChat({
    model,
    device,
    temperature,
    seed,
    maxCompletionTokens: maxTokens,
    ...(onNotice === undefined ? {} : { onNotice }),
  })
  const judge = chatJudge({
    name: `${model} (${template.name})`,
    template,
    ask,
    audio,
    guard: options.guard ?? true,
    maxAnswerChars: options.maxAnswerChars ?? 20_000,
    attempts: options.attempts ?? (temperature === 0 ? 1 : 10),
    backoff: { baseMs: 0, capMs: 0 },
    budget: {},
    identity: ['engine', model, temperature, maxTokens, seed, audio, ask],
    endpoints: [{ url: 'this machine', concurrency: 1 }],
    maxTokens,
    loadClip,
    ...(template.sampling.system === undefined ? {} : { system: template.sampling.system }),
    ...(cache === undefined ? {} : { cache }),
    async send({ system, parts }, _, signal) {
      const turn = { role: 'user' as const, content: parts.map(contentPart) }
      const text = await chat.answer(system === undefined ? [turn] : [{ role: 'system', content: system }, turn])
      signal.throwIfAborted()
      return { text, promptTokens: null, completionTokens: null }
    },
  })
  return {
    ...judge,
    async close() {
      judge.close()
      await chat.close()
    },
  }
}

const contentPart = (part: LoadedPart): ContentPart =>
  part.type === 'text'
    ? part
    : {
        type: 'audio',
        path: `data:audio/${part.clip.format};base64,${Buffer.from(part.clip.bytes).toString('base64')}`,
      }
