import type { WriterOptions } from '../craft/ask/writer.ts'
import { keyOf } from './generate.ts'

/** What a recipe says of a model that is asked. */
interface AskedModel {
  readonly model: string
  readonly url?: string | string[] | undefined
  readonly key?: string | undefined
  readonly concurrency?: number | undefined
  readonly prices?: { input: number; output: number } | undefined
  readonly body?: Record<string, unknown> | undefined
  readonly budget?: { calls?: number | undefined; money?: number | undefined } | undefined
}

/** Options of a writer for a model of the recipe. */
export function writerOf(
  { model, url, key, concurrency, prices, body, budget }: AskedModel,
  own: Pick<WriterOptions, 'cache' | 'maxTokens' | 'temperature' | 'topP'>,
): WriterOptions {
  const apiKey = keyOf(key)
  return {
    ...own,
    model,
    budget: {
      ...(budget?.calls === undefined ? {} : { calls: budget.calls }),
      ...(budget?.money === undefined ? {} : { money: budget.money }),
    },
    ...(url === undefined ? {} : { url }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(prices === undefined ? {} : { prices }),
    ...(body === undefined ? {} : { body }),
  }
}
