import { drawScaffold, renderScaffold, scaffoldRatio } from '../../../rubrics/index.ts'
import type { RlStage } from '../../recipe/index.ts'
import type { GroupOptions } from '../../rollout/groups.ts'
import { prepare } from '../../rollout/prepare.ts'
import { type RlOptions, rlStep, rolloutRecord } from '../../stages/rl.ts'
import { itemsOfStep } from '../order.ts'
import { lookAhead, optimiserOptions, type StageContext, type StageRunner } from './stageRunner.ts'

/** Reinforcement learning from rubrics: answers sampled under a share of the rubric, judged, learned on the plain prompt. */
export const rl: StageRunner<RlStage> = {
  steps: ({ steps }) => steps,
  keepsReference: ({ loss }) => loss.kl > 0,
  start(stage, context) {
    const { data, index, total, seed, store, keepRollouts, model } = context
    const items = data.asked.get(index)!
    const load = (step: number, of = seed) =>
      Promise.all(itemsOfStep(items, stage.prompts, step, of).map((item) => prepare(item, store)))
    const ahead = lookAhead(load, total)
    const { judges, signal } = context
    return async (step) => {
      const judge = await judges.of(stage.judge)
      const heldOutJudge = stage.held_out && (await judges.of(stage.held_out.judge))
      const options: RlOptions = {
        ...rlOptions(stage, context),
        ...(judge && { judge }),
        ...(heldOutJudge && { heldOutJudge }),
        ...(signal && { signal }),
        more: (step, round) => load(step, `${seed}/round/${round}`),
      }
      const { rollouts, metrics } = await rlStep(model.policy, model.renderer, await ahead(step), options, step)
      keepRollouts(rollouts.map(rolloutRecord))
      return metrics
    }
  },
}

function rlOptions(stage: RlStage, { data, index, total, seed }: StageContext): RlOptions {
  const { scaffold, loss } = stage
  const heldOut = data.heldOut.get(index)
  return {
    ...optimiserOptions(stage, total),
    prompts: stage.prompts,
    group: stage.group,
    minibatches: stage.minibatches,
    maxCompletionTokens: stage.max_completion_tokens,
    sampling: { temperature: stage.temperature, topP: stage.top_p, topK: stage.top_k },
    aggregation: loss.aggregation,
    loss: {
      kind: loss.kind,
      clipLow: loss.clip_low,
      clipHigh: loss.clip_high,
      dualClip: loss.dual_clip,
      kl: loss.kl,
      klEstimator: loss.kl_estimator,
      entropy: loss.entropy,
    },
    ratio: loss.ratio,
    cutAnswers: loss.cut_answers,
    algorithm: stage.algorithm,
    groups: groupOptions(stage.groups),
    overlong: stage.overlong,
    ...(heldOut && { heldOut }),
    ...(scaffold && { scaffoldTurn: scaffold.turn }),
    seed,
    scaffold(rubric, place, step, random) {
      if (!scaffold) return { ratio: 0, criterionIds: [], text: null }
      const at = { step, totalSteps: total, index: place, groupSize: stage.group }
      const ratio = scaffoldRatio(at, scaffold)
      const shown = drawScaffold(rubric, ratio, random, scaffold.choice)
      return { ratio, criterionIds: shown.map(({ id }) => id), text: renderScaffold(shown, scaffold) }
    },
  }
}

const groupOptions = (groups: RlStage['groups']): GroupOptions => ({
  whenUseless: groups.when_useless,
  maxRounds: 'max_rounds' in groups ? groups.max_rounds : 1,
  minReward: groups.min_reward,
  maxReward: groups.max_reward,
})
