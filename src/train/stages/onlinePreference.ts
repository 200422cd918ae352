import { openRewardModel } from '../../judge/rewardModel.ts'
import type { OnlinePreferenceStage } from '../../recipe/index.ts'
import { prepare } from '../../rollout/prepare.ts'
import { rolloutRecord } from '../../rollout/rollout.ts'
import { type OnlinePreferenceOptions, onlinePreferenceStep } from '../../stages/onlinePreference.ts'
import { preferenceLosses } from '../../update/losses/preference/index.ts'
import { drawFrom } from '../mixture.ts'
import { once } from '../once.ts'
import { itemsInOrder } from '../order.ts'
import { rewardModelBefore } from '../rewardModels.ts'
import { lossOptions } from './preference.ts'
import { lookAhead, optimiserOptions, type StageRunner } from './stageRunner.ts'

/** Online preference learning: pairs are made of answers that the policy gives as it learns. */
export const onlinePreference: StageRunner<OnlinePreferenceStage> = {
  steps: ({ steps }) => steps,
  keepsReference: ({ loss }) => preferenceLosses[loss.kind].hasReference,
  start(stage, context) {
    const { data, index, total, seed, store, keepRollouts, judges, signal, model, recipe, runPath, openEngine } =
      context
    const items = data.asked.get(index)!
    const draw = drawFrom(items, stage.data ?? recipe.data!)
    const chosen = (step: number) =>
      stage.order ? itemsInOrder(items, stage.prompts, step) : draw(stage.prompts, step, seed)
    const load = (step: number) => Promise.all(chosen(step).map((item) => prepare(item, store)))
    const ahead = lookAhead(load, total)
    const spoken = stage.reward_model
    const rewardModel =
      spoken &&
      once(() =>
        openRewardModel({ model: spoken.model ?? rewardModelBefore(runPath, index, recipe.stages), openEngine }),
      )
    return async (step) => {
      const judge = await judges.of(stage.judge)
      const options: OnlinePreferenceOptions = {
        ...optimiserOptions(stage, total),
        accumulation: stage.gradient_accumulation,
        loss: lossOptions(stage.loss),
        group: stage.group,
        maxCompletionTokens: stage.max_completion_tokens,
        sampling: { temperature: stage.temperature, topP: stage.top_p, topK: stage.top_k },
        pairs: stage.pairs,
        minGap: stage.min_gap,
        ...(judge && { judge }),
        ...(rewardModel && { rewardModel: await rewardModel() }),
        ...(signal && { signal }),
        seed,
      }
      const { rollouts, metrics } = await onlinePreferenceStep(
        model.policy,
        model.renderer,
        await ahead(step),
        options,
        step,
      )
      keepRollouts(rollouts.map(rolloutRecord))
      return metrics
    }
  },
}
