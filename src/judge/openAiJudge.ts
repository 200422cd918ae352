import { z } from 'zod'
import { checkValue, unknownName } from '../../rubrics/index.ts'
import { UsageError } from '../errors.ts'
import { openReplyCache } from './cache.ts'
import { type ChatJudgeOptions, chatJudge } from './chatJudge.ts'
import { loadClip } from './clip.ts'
import type { Judge } from './judge.ts'
import { postChat } from './post.ts'
import { type JudgeTemplate, judgeTemplates } from './templates/index.ts'

const positive = z.number().positive()

/** Options of {@link openAiJudge}; the defaults stand here. */
const schema = z.strictObject({
  model: z.string().min(1),
  url: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
  endpoints: z
    .array(
      z.strictObject({
        url: z.string().min(1),
        apiKey: z.string().optional(),
        headers: z.record(z.string(), z.string()).optional(),
        concurrency: z.int().positive().optional(),
      }),
    )
    .min(1)
    .optional(),
  apiKey: z.string().optional(),
  concurrency: z.int().positive().default(16),
  template: z.union([z.string(), z.custom<JudgeTemplate>((value) => typeof value === 'object')]).default('quoting'),
  ask: z.enum(['each', 'all']).default('each'),
  audio: z.enum(['none', 'input_audio', 'audio_url']).default('none'),
  guard: z.boolean().default(true),
  maxAnswerChars: z.int().min(100).default(20_000),
  temperature: z.number().nonnegative().optional(),
  maxTokens: z.int().positive().optional(),
  seed: z.int().optional(),
  body: z.record(z.string(), z.unknown()).default({}),
  attempts: z.int().positive().default(10),
  timeoutSeconds: positive.default(120),
  backoff: z.strictObject({ baseMs: z.number().nonnegative(), capMs: z.number().nonnegative() }).default({
    baseMs: 500,
    capMs: 30_000,
  }),
  budget: z.strictObject({ calls: z.int().positive().optional(), money: positive.optional() }).default({}),
  prices: z.strictObject({ input: z.number().nonnegative(), output: z.number().nonnegative() }).optional(),
  cache: z.string().min(1).optional(),
  identity: z.string().optional(),
})

export interface OpenAiJudgeOptions {
  readonly model: string
  /** Base URL of an OpenAI-compatible server, such as `http://127.0.0.1:8000/v1`, or several that serve the same. */
  readonly url?: string | readonly string[]
  /** The same with a key, headers and a concurrency each, in place of `url`. */
  readonly endpoints?: readonly {
    readonly url: string
    readonly apiKey?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly concurrency?: number
  }[]
  /** For endpoints that name none. Nothing is read from the environment. */
  readonly apiKey?: string
  /** Requests under way at once, an endpoint (16). */
  readonly concurrency?: number
  /** `quoting`, `ruscarl`, `healthbench`, or one of your own (`quoting`: it gives evidence). */
  readonly template?: string | JudgeTemplate
  /** One request a criterion, or one for all criteria of an answer (`each`, as both published graders do). */
  readonly ask?: 'each' | 'all'
  /** How clips are sent: as `input_audio` (OpenAI, vLLM) or `audio_url` (vLLM, SGLang); `none` sends words only. */
  readonly audio?: 'none' | 'input_audio' | 'audio_url'
  /** Whether the answer stands in a block that it cannot close (true). False gives the published form to the letter. */
  readonly guard?: boolean
  /** Characters of an answer that the judge is shown; the middle of a longer one is cut out and counted (20,000). */
  readonly maxAnswerChars?: number
  /** As the template's source has it, unless given. */
  readonly temperature?: number
  readonly maxTokens?: number
  /** Sent with the request; plus 1 after each reply that could not be read. */
  readonly seed?: number
  /** Further fields of the request; null takes one out, as in `{ max_tokens: null, max_completion_tokens: 4096 }`. */
  readonly body?: Readonly<Record<string, unknown>>
  /** Tries at one verdict, whatever went wrong, before it is unknown (10, as RuscaRL). */
  readonly attempts?: number
  /** For one try, the last byte of the reply included (120, as RuscaRL). */
  readonly timeoutSeconds?: number
  /** Waits after a fault: the k-th is drawn from [0, baseMs·2ᵏ), capped (500 and 30,000). */
  readonly backoff?: { readonly baseMs: number; readonly capMs: number }
  /** Hard limits; money needs `prices`. */
  readonly budget?: { readonly calls?: number; readonly money?: number }
  /** Of a million tokens. */
  readonly prices?: { readonly input: number; readonly output: number }
  /** SQLite file that keeps replies; none when left out. */
  readonly cache?: string
  /** Names what answers, for the cache. The first URL when left out: other replicas share its replies. */
  readonly identity?: string
}

/**
 * A judge behind any server that speaks OpenAI's chat protocol.
 *
 * @throws UsageError for a wrong option or an unusable cache
 * @example
 * const judge = await openAiJudge({ url: 'http://127.0.0.1:8000/v1', model: 'qwen3-32b', template: 'ruscarl' })
 * const verdicts = await judge.judge({ messages, answer: { text: 'Two dogs bark.' }, criteria: rubric.criteria })
 * judge.close()
 */
export async function openAiJudge(options: OpenAiJudgeOptions): Promise<Judge> {
  return chatJudge(await openAiChat(options))
}

/** The options as the queue takes them, with the cache opened. @throws UsageError */
export async function openAiChat(options: OpenAiJudgeOptions): Promise<ChatJudgeOptions> {
  const checked = checkValue(schema, options, 'openAiJudge')
  if (!checked.ok) throw new UsageError(checked.problems.join('\n'))
  const { model, url, apiKey, concurrency, guard, ask, attempts, backoff, budget, prices, seed, ...rest } =
    checked.value
  const template = templateOf(rest.template, ask)
  const endpoints = (rest.endpoints ?? [url ?? []].flat().map((url) => ({ url }))).map((endpoint) => ({
    concurrency,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...endpoint,
  }))
  if (endpoints.length === 0)
    throw new UsageError('openAiJudge: no endpoint. Give url, such as http://127.0.0.1:8000/v1.')
  for (const endpoint of endpoints) checkUrl(endpoint.url)
  if (budget.money !== undefined && prices === undefined) {
    throw new UsageError('openAiJudge budget.money: needs prices, {input, output} of a million tokens.')
  }
  const { temperature = template.sampling.temperature, maxTokens = template.sampling.maxTokens ?? 1024 } = rest
  const body: Record<string, unknown> = {
    model,
    ...(temperature === undefined ? {} : { temperature }),
    max_tokens: maxTokens,
    ...template.sampling.body,
    ...rest.body,
  }
  const cache = rest.cache === undefined ? undefined : await openReplyCache(rest.cache)
  const audio = rest.audio === 'none' ? 'input_audio' : rest.audio
  const largest = typeof body.max_completion_tokens === 'number' ? body.max_completion_tokens : maxTokens
  return {
    name: `${model} (${template.name})`,
    template,
    ask,
    audio: rest.audio !== 'none',
    guard,
    maxAnswerChars: rest.maxAnswerChars,
    attempts,
    backoff,
    budget,
    identity: [rest.identity ?? endpoints[0]!.url, body, rest.audio, ask],
    endpoints,
    maxTokens: largest,
    loadClip,
    send: (request, endpoint, signal) =>
      postChat(request, { ...endpoint, body, audio, timeoutMs: 1000 * rest.timeoutSeconds }, signal),
    ...(template.sampling.system === undefined ? {} : { system: template.sampling.system }),
    ...(seed === undefined ? {} : { seed }),
    ...(prices === undefined ? {} : { prices }),
    ...(cache === undefined ? {} : { cache }),
  }
}

export function templateOf(template: string | JudgeTemplate, ask: 'each' | 'all'): JudgeTemplate {
  const names = judgeTemplates.map(({ name }) => name)
  const found = typeof template === 'string' ? judgeTemplates.find(({ name }) => name === template) : template
  if (found === undefined)
    throw new UsageError(`judge template "${template}": ${unknownName('name', String(template), names)}`)
  if (ask === 'all' && found.all === undefined) {
    throw new UsageError(`judge template "${found.name}": has no form for all criteria at once. Ask for each.`)
  }
  return found
}

function checkUrl(url: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return
  throw new UsageError(`judge url "${url}": expected an address such as http://127.0.0.1:8000/v1.`)
}
