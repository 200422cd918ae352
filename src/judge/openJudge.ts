import { type EngineJudgeOptions, engineJudge } from './engineJudge.ts'
import type { Judge } from './judge.ts'
import { type OpenAiJudgeOptions, openAiJudge } from './openAiJudge.ts'
import { isRewardModel } from './rewardModel.ts'
import { rewardModelJudge } from './rewardModelJudge.ts'

/** A judge as a call or a recipe describes it: where it is, and its options. */
export type JudgeSource =
  | ({ readonly kind: 'server' } & OpenAiJudgeOptions)
  | ({ readonly kind: 'engine' } & EngineJudgeOptions)

/** @throws UsageError for a wrong option, model or cache */
export function openJudge(source: JudgeSource): Promise<Judge> {
  if (source.kind === 'engine') {
    const { kind: _, ...options } = source
    const { model, threshold, device, onNotice } = options
    // A reward model is a judge like any other: it decides by its number, whatever the other options say of words.
    if (isRewardModel(model)) {
      return rewardModelJudge({
        model,
        ...(threshold !== undefined && { threshold }),
        ...(device !== undefined && { device }),
        ...(onNotice && { onNotice }),
      })
    }
    return engineJudge(options)
  }
  const { kind: _, ...options } = source
  return openAiJudge(options)
}
