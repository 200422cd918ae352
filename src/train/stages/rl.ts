import { drawScaffold, renderScaffold, scaffoldRatio } from '../../../rubrics/index.ts'
import { openRewardModel } from '../../judge/rewardModel.ts'
import { audioPaths } from '../../prompts/message.ts'
import type { RlStage } from '../../recipe/index.ts'
import type { GroupOptions } from '../../rollout/groups.ts'
import { prepare } from '../../rollout/prepare.ts'
import { type RlOptions, rlStep, rolloutRecord } from '../../stages/rl.ts'
import { drawFrom } from '../mixture.ts'
import { once } from '../once.ts'
import { itemsInOrder, itemsOfStep } from '../order.ts'
import { rewardModelBefore } from '../rewardModels.ts'
import { valuedPolicy } from '../valuedPolicy.ts'
import { lookAhead, optimiserOptions, type StageContext, type StageRunner, type TakeStep } from './stageRunner.ts'

/** Reinforcement learning from rubrics: answers sampled under a share of the rubric, judged, learned on the plain prompt. */
export const rl: StageRunner<RlStage> = {
  steps: ({ steps }) => steps,
  keepsReference: ({ loss, ptx }) => loss.kl > 0 || ptx?.kind === 'kl',
  start(stage, context) {
    const { data, index, total, seed, store, keepRollouts, checkpoint } = context
    const items = data.asked.get(index)!
    const draw = drawFrom(items, stage.data ?? context.recipe.data!)
    // Prompts of further rounds are drawn: those that follow in order are the next step's.
    const chosen = (step: number, of: string) =>
      stage.order && of === seed ? itemsInOrder(items, stage.prompts, step) : draw(stage.prompts, step, of)
    const load = (step: number, of = seed) => Promise.all(chosen(step, of).map((item) => prepare(item, store)))
    const ahead = lookAhead(load, total)
    const { judges, signal } = context
    const spoken = stage.reward_model
    const rewardModel =
      spoken &&
      once(async () => ({
        model: await openRewardModel({
          model: spoken.model ?? rewardModelBefore(context.runPath, index, context.recipe.stages),
          openEngine: context.openEngine,
        }),
        alpha: spoken.alpha,
      }))
    const valued = stage.algorithm === 'ppo' ? once(() => valuedPolicy(stage, context.model, seed, checkpoint)) : null
    const take: TakeStep = async (step) => {
      const { policy, renderer } = valued ? (await valued()).model : context.model
      const judge = await judges.of(stage.judge)
      const heldOutJudge = stage.held_out && (await judges.of(stage.held_out.judge))
      const options: RlOptions = {
        ...rlOptions(stage, context),
        ...(judge && { judge }),
        ...(heldOutJudge && { heldOutJudge }),
        ...(rewardModel && { rewardModel: await rewardModel() }),
        ...(signal && { signal }),
        more: (step, round) => load(step, `${seed}/round/${round}`),
      }
      const { rollouts, metrics } = await rlStep(policy, renderer, await ahead(step), options, step)
      keepRollouts(rollouts.map(rolloutRecord))
      return metrics
    }
    if (!valued) return take
    // The head of values is no part of the model that the run ends with.
    return { take, save: async (folder) => (await valued()).save(folder), finish: async () => {} }
  },
}

function rlOptions(stage: RlStage, context: StageContext): RlOptions {
  const { data, index, total, seed } = context
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
      kl: loss.kl_in === 'loss' ? loss.kl : 0,
      klEstimator: loss.kl_estimator,
      entropy: loss.entropy,
    },
    ratio: loss.ratio,
    cutAnswers: loss.cut_answers,
    klTop: klTop(stage),
    ...(loss.kl_in === 'reward' && {
      rewardKl: { coefficient: loss.kl, estimator: loss.kl_estimator, top: klTop(stage) },
    }),
    algorithm: stage.algorithm === 'ppo' ? 'grpo' : stage.algorithm,
    ...('critic' in stage && {
      critic: {
        gamma: stage.critic.gamma,
        lambda: stage.critic.lambda,
        valueClip: stage.critic.value_clip,
        valueWeight: stage.critic.value_weight,
      },
    }),
    ...(stage.ptx && { pull: pullOptions(stage.ptx, context) }),
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

const klTop = ({ loss }: RlStage): number => loss.kl_top ?? 500

/** Batches of the conversations that hold the policy; each minibatch of each step has its own. */
function pullOptions(
  { kind, weight, top, batch }: NonNullable<RlStage['ptx']>,
  { data, index, store, seed }: StageContext,
): NonNullable<RlOptions['pull']> {
  const items = data.taught.get(index)!
  return {
    kind,
    weight,
    top,
    samples: (step, minibatch) =>
      Promise.all(
        itemsOfStep(items, batch, step, `${seed}/ptx/${minibatch}`).map(async ({ messages }) => ({
          messages,
          features: await Promise.all(audioPaths(messages).map((clip) => store.get(clip))),
        })),
      ),
  }
}

const groupOptions = (groups: RlStage['groups']): GroupOptions => ({
  whenUseless: groups.when_useless,
  maxRounds: 'max_rounds' in groups ? groups.max_rounds : 1,
  minReward: groups.min_reward,
  maxReward: groups.max_reward,
})
