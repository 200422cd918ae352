import { type EngineJudgeOptions, engineJudge } from './engineJudge.ts'
import type { Judge } from './judge.ts'
import { type OpenAiJudgeOptions, openAiJudge } from './openAiJudge.ts'

/** A judge as a call or a recipe describes it: where it is, and its options. */
export type JudgeSource =
  | ({ readonly kind: 'server' } & OpenAiJudgeOptions)
  | ({ readonly kind: 'engine' } & EngineJudgeOptions)

/** @throws UsageError for a wrong option, model or cache */
export function openJudge(source: JudgeSource): Promise<Judge> {
  if (source.kind === 'engine') {
    const { kind: _, ...options } = source
    return engineJudge(options)
  }
  const { kind: _, ...options } = source
  return openAiJudge(options)
}
