import { type Command, Option } from 'commander'
import type { JudgeSource } from '../../judge/openJudge.ts'
import { collect, jsonObject, numberFrom, pricePair, wholeNumber } from '../options.ts'

/** What the flags of a judge give. */
export interface JudgeFlags {
  readonly judge?: readonly string[]
  readonly judgeModel?: string
  readonly judgeTemplate?: string
  readonly judgeAsk: 'each' | 'all'
  readonly judgeDecide: 'json' | 'yes-no'
  readonly judgeThreshold: number
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
      '--judge <url|model>',
      'base URL of an OpenAI-compatible server (several times for several that serve the same), or a model that judges on this machine: a folder, a GGUF file or a hub id',
      collect,
    )
    .option('--judge-model <name>', 'the model that judges, as the server names it')
    .option('--judge-template <name>', 'quoting, ruscarl, healthbench or yes-no (quoting)')
    .addOption(
      new Option('--judge-ask <form>', 'one call a criterion, or one for all').choices(['each', 'all']).default('each'),
    )
    .addOption(
      new Option(
        '--judge-decide <how>',
        'a model on this machine: it writes JSON, or Yes is likelier as its next word than No',
      )
        .choices(['json', 'yes-no'])
        .default('json'),
    )
    .option('--judge-threshold <p>', 'yes-no: probability of Yes from which a criterion is met', numberFrom(0), 0.5)
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
): Promise<JudgeSource | undefined> {
  const [{ UsageError }, { judgeKey }] = await Promise.all([import('../../errors.ts'), import('../../judge/key.ts')])
  const { judge: urls, judgeModel: model, prices, maxCalls, maxCost, judgeBody: body } = flags
  if (urls === undefined) {
    if (model !== undefined) throw new UsageError('--judge-model: needs --judge, the address of a server.')
    return undefined
  }
  const template = flags.judgeTemplate === undefined ? {} : { template: flags.judgeTemplate }
  const [local, ...others] = urls.filter((url) => !/^https?:/i.test(url))
  if (local !== undefined) {
    if (urls.length > 1 || others.length > 0 || model !== undefined)
      throw new UsageError(`--judge ${local}: a model on this machine judges alone, and needs no --judge-model.`)
    return {
      kind: 'engine',
      model: local,
      ...template,
      ask: flags.judgeAsk,
      decide: flags.judgeDecide,
      threshold: flags.judgeThreshold,
      audio: flags.judgeAudio !== 'none',
      onNotice: warn,
      ...(await cacheOf(flags.cache, warn)),
    }
  }
  if (model === undefined) throw new UsageError('--judge: needs --judge-model, the name of a model.')
  if (flags.judgeDecide === 'yes-no')
    throw new UsageError('--judge-decide yes-no: needs a model on this machine, since servers tell no probabilities.')
  const apiKey = judgeKey(urls, flags.judgeKey)
  if (flags.judgeKey !== undefined && apiKey === undefined) {
    throw new UsageError(`--judge-key: the environment has no ${flags.judgeKey}.`)
  }
  return {
    kind: 'server',
    url: urls,
    model,
    ...template,
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
