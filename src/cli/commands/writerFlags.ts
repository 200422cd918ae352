import type { Command } from 'commander'
import type { WriterOptions } from '../../craft/index.ts'
import { collect, jsonObject, numberFrom, pricePair, wholeNumber } from '../options.ts'

/** What the flags of a model that writes data give. */
export interface WriterFlags {
  readonly model?: string
  readonly endpoint?: readonly string[]
  readonly key?: string
  readonly concurrency: number
  readonly temperature: number
  readonly maxTokens: number
  readonly body?: Readonly<Record<string, unknown>>
  readonly attempts: number
  readonly timeout: number
  readonly prices?: { readonly input: number; readonly output: number }
  readonly maxCalls?: number
  readonly maxCost?: number
  readonly cache: string
}

/** Flags of a model that writes data: behind a server with --endpoint, else in our own engine. */
export const writerFlags = (command: Command, { temperature = 0 }: { temperature?: number } = {}): Command =>
  command
    .option('--model <name>', 'who writes: a model of the server; without --endpoint a folder, GGUF file or hub id')
    .option('--endpoint <url>', 'base URL of an OpenAI-compatible server; several times for several', collect)
    .option('--key <variable>', 'environment variable that holds the key')
    .option('--concurrency <n>', 'requests at once, each server', wholeNumber(1), 16)
    .option('--temperature <t>', '0 takes the likeliest token', numberFrom(0), temperature)
    .option('--max-tokens <n>', 'tokens after which a reply is cut', wholeNumber(1), 1024)
    .option('--body <json>', 'further fields of the request', jsonObject)
    .option('--attempts <n>', 'tries at one reply', wholeNumber(1), 5)
    .option('--timeout <seconds>', 'for one request', numberFrom(0), 120)
    .option('--prices <input,output>', 'price of a million tokens read and written', pricePair)
    .option('--max-calls <n>', 'stop after so many requests; the same command goes on later', wholeNumber(1))
    .option('--max-cost <money>', 'stop before it costs more; needs --prices', numberFrom(0))
    .option('--cache <file>', 'keeps replies: what was asked once costs nothing again', '.rubato/writer.sqlite')

/**
 * The writer that the flags describe; undefined where they name none.
 *
 * @throws UsageError for a server without a model, and a key that is not there
 */
export async function writerOptions(flags: WriterFlags): Promise<WriterOptions | undefined> {
  const { UsageError } = await import('../../errors.ts')
  const { model, endpoint, key, concurrency, temperature, maxTokens, body, attempts, timeout, prices, cache } = flags
  if (model === undefined) {
    if (endpoint !== undefined) throw new UsageError('--endpoint: needs --model, the name of a model.')
    return undefined
  }
  const apiKey = key === undefined ? undefined : process.env[key]
  if (key !== undefined && apiKey === undefined) throw new UsageError(`--key: the environment has no ${key}.`)
  const { maxCalls, maxCost } = flags
  return {
    model,
    concurrency,
    temperature,
    maxTokens,
    attempts,
    timeoutSeconds: timeout,
    cache,
    budget: {
      ...(maxCalls === undefined ? {} : { calls: maxCalls }),
      ...(maxCost === undefined ? {} : { money: maxCost }),
    },
    ...(endpoint === undefined ? {} : { url: endpoint }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(body === undefined ? {} : { body }),
    ...(prices === undefined ? {} : { prices }),
  }
}
