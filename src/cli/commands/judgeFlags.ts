import { type Command, InvalidArgumentError, Option } from 'commander'
import type { OpenAiJudgeOptions } from '../../judge/openAiJudge.ts'
import { collect, numberFrom, wholeNumber } from '../options.ts'

/** What the flags of a judge give. */
export interface JudgeFlags {
  readonly judge?: readonly string[]
  readonly judgeModel?: string
  readonly judgeTemplate: string
  readonly judgeAsk: 'each' | 'all'
  readonly judgeAudio: 'none' | 'input_audio' | 'audio_url'
  readonly judgeKey?: string
  readonly judgeConcurrency: number
  readonly judgeAttempts: number
  readonly judgeTimeout: number
  readonly judgeBody?: Readonly<Record<string, unknown>>
  readonly prices?: { readonly input: number; readonly output: number }
  readonly maxCalls?: number
  readonly maxCost?: number
  /** False for `--no-cache`. */
  readonly cache: string | false
}

const DEFAULT_CACHE = '.rubato/judge.sqlite'

export const judgeFlags = (command: Command): Command =>
  command
    .option(
      '--judge <url>',
      'base URL of an OpenAI-compatible server; several times for several that serve the same',
      collect,
    )
    .option('--judge-model <name>', 'the model that judges, as the server names it')
    .option('--judge-template <name>', 'quoting, ruscarl or healthbench', 'quoting')
    .addOption(
      new Option('--judge-ask <form>', 'one call a criterion, or one for all').choices(['each', 'all']).default('each'),
    )
    .addOption(
      new Option('--judge-audio <form>', 'let the judge hear recordings')
        .choices(['none', 'input_audio', 'audio_url'])
        .default('none'),
    )
    .option(
      '--judge-key <variable>',
      'environment variable that holds the key (RUBATO_JUDGE_KEY; OPENAI_API_KEY at api.openai.com)',
    )
    .option('--judge-concurrency <n>', 'requests at once, each server', wholeNumber(1), 16)
    .option('--judge-attempts <n>', 'tries before a verdict is unknown', wholeNumber(1), 10)
    .option('--judge-timeout <seconds>', 'for one request', numberFrom(0), 120)
    .option('--judge-body <json>', 'further fields of the request; null takes one out', jsonObject)
    .option('--prices <input,output>', 'price of a million tokens read and written, to count the cost', pricePair)
    .option('--max-calls <n>', 'stop judging after so many requests', wholeNumber(1))
    .option('--max-cost <money>', 'stop judging before it costs more; needs --prices', numberFrom(0))
    .option('--cache <file>', 'keeps what was judged', DEFAULT_CACHE)
    .option('--no-cache', 'keep nothing')

/**
 * The judge that the flags describe; undefined where they name none.
 *
 * @throws UsageError for a judge without a model, and a model without a judge
 */
export async function judgeOptions(
  flags: JudgeFlags,
  warn: (message: string) => void,
): Promise<OpenAiJudgeOptions | undefined> {
  const { UsageError } = await import('../../errors.ts')
  const { judge: urls, judgeModel: model, prices, maxCalls, maxCost, judgeBody: body } = flags
  if (urls === undefined) {
    if (model !== undefined) throw new UsageError('--judge-model: needs --judge, the address of a server.')
    return undefined
  }
  if (model === undefined) throw new UsageError('--judge: needs --judge-model, the name of a model.')
  const apiKey = keyOf(flags, urls)
  if (flags.judgeKey !== undefined && apiKey === undefined) {
    throw new UsageError(`--judge-key: the environment has no ${flags.judgeKey}.`)
  }
  return {
    url: urls,
    model,
    template: flags.judgeTemplate,
    ask: flags.judgeAsk,
    audio: flags.judgeAudio,
    concurrency: flags.judgeConcurrency,
    attempts: flags.judgeAttempts,
    timeoutSeconds: flags.judgeTimeout,
    budget: {
      ...(maxCalls === undefined ? {} : { calls: maxCalls }),
      ...(maxCost === undefined ? {} : { money: maxCost }),
    },
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(body === undefined ? {} : { body }),
    ...(prices === undefined ? {} : { prices }),
    ...(await cacheOf(flags.cache, warn)),
  }
}

/** A key is sent to no server that it was not meant for. */
function keyOf({ judgeKey }: JudgeFlags, urls: readonly string[]): string | undefined {
  if (judgeKey !== undefined) return process.env[judgeKey]
  const toOpenAi = urls.every((url) => URL.canParse(url) && new URL(url).hostname === 'api.openai.com')
  return process.env.RUBATO_JUDGE_KEY ?? (toOpenAi ? process.env.OPENAI_API_KEY : undefined)
}

/** The cache that nobody asked for is left out where there is no SQLite; one that was asked for must open. */
async function cacheOf(cache: string | false, warn: (message: string) => void): Promise<{ cache?: string }> {
  if (cache === false) return {}
  if (cache !== DEFAULT_CACHE) return { cache }
  const { openReplyCache } = await import('../../judge/cache.ts')
  try {
    const opened = await openReplyCache(cache)
    opened.close()
    return { cache }
  } catch (error) {
    warn(`judging without a cache: ${(error as Error).message}`)
    return {}
  }
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {}
  throw new InvalidArgumentError('Expected a JSON object.')
}

function pricePair(text: string): { input: number; output: number } {
  const [input, output, ...more] = text.split(',').map(Number)
  if (input !== undefined && output !== undefined && more.length === 0 && input >= 0 && output >= 0)
    return { input, output }
  throw new InvalidArgumentError('Expected two prices, such as 2,8.')
}
