import { z } from 'zod'
import { scaffoldSchema } from '../../../rubrics/index.ts'
import { WHEN_USELESS } from '../../rollout/groups.ts'
import { ALGORITHMS } from '../../update/advantages.ts'
import { type PolicyLossKind, policyLosses } from '../../update/losses/index.ts'
import { KL_ESTIMATORS } from '../../update/losses/kl.ts'
import { RATIOS } from '../../update/policyUpdate.ts'
import { AGGREGATIONS } from '../../update/tokenWeights.ts'
import { choiceFields } from '../choice.ts'
import { dataSchema, mixtureSchema } from '../data.ts'
import { judgeSchema } from '../judge.ts'
import { checkpointFields, optimiserFields } from '../optimiser.ts'
import { samplingFields } from '../sampling.ts'
import { stageKind } from '../stage.ts'

const KINDS = Object.keys(policyLosses) as [PolicyLossKind, ...PolicyLossKind[]]
const kindsAbout = KINDS.map((kind) => `${kind}: ${policyLosses[kind].about}`).join('; ')
const defaultsAbout = (of: 'clipLow' | 'clipHigh') =>
  KINDS.map((kind) => `${kind} ${policyLosses[kind].defaults[of]}`).join(', ')

/** Defaults are those of RuscaRL's released script (papers.md §1.5); those of the clips, of each loss's own paper. */
const lossSchema = z
  .strictObject({
    kind: z.enum(KINDS).default('grpo').describe(kindsAbout),
    ratio: z
      .enum(RATIOS)
      .default('plain/plain')
      .describe('prompts of the new and of the old probability: with or without the scaffold that was shown'),
    aggregation: z
      .enum(AGGREGATIONS)
      .default('token-mean')
      .describe(
        'every token counts alike, or every answer does (eq. 1 of the paper); sequence-sum and constant: longer answers count more, ' +
          'constant by max_completion_tokens (Dr. GRPO)',
      ),
    clip_low: z
      .number()
      .positive()
      .max(1)
      .optional()
      .describe(`how far the probability ratio may fall below 1 (${defaultsAbout('clipLow')})`),
    clip_high: z
      .number()
      .positive()
      .optional()
      .describe(`how far the probability ratio may rise above 1 (${defaultsAbout('clipHigh')})`),
    dual_clip: z
      .number()
      .gt(1)
      .nullable()
      .optional()
      .describe(
        'grpo: bound on the loss of a token with a negative advantage (arXiv 1912.09729); null leaves it out (3)',
      ),
    kl: z
      .number()
      .nonnegative()
      .default(0.001)
      .describe('coefficient of the KL to the policy at the start of the stage; 0 keeps no reference'),
    kl_estimator: z
      .enum(KL_ESTIMATORS)
      .default('k3')
      .describe(
        'how that KL is measured; exact sums over the vocabulary, top-k over the words that the reference finds likeliest, and ' +
          'both need memory for it',
      ),
    kl_top: z.int().positive().optional().describe('top-k: how many words (500, as in Baichuan Alignment)'),
    kl_in: z
      .enum(['loss', 'reward'])
      .default('loss')
      .describe('where that KL stands: a term of the loss, or taken off the reward of every token'),
    entropy: z.number().default(0).describe('coefficient of the entropy bonus'),
    cut_answers: z
      .enum(['learn', 'skip'])
      .default('learn')
      .describe('whether answers cut at max_completion_tokens are learnt from'),
  })
  .superRefine(({ kind, dual_clip, kl, kl_in, kl_top, kl_estimator }, context) => {
    if (kl_in === 'reward' && kl === 0) {
      const message = 'reward, and kl is 0, so nothing is taken off. Write a kl above 0, or kl_in: loss.'
      context.addIssue({ code: 'custom', path: ['kl_in'], message })
    }
    if (kl_top !== undefined && kl_estimator !== 'top-k') {
      const message = `read only when kl_estimator is top-k, and it is ${kl_estimator}. Remove it.`
      context.addIssue({ code: 'custom', path: ['kl_top'], message })
    }
    if (dual_clip === undefined || kind === 'grpo') return
    if (dual_clip === null) return // as it is
    const message = `read only when kind is grpo, and it is ${kind}. Remove it.`
    context.addIssue({ code: 'custom', path: ['dual_clip'], message })
  })
  .transform(({ clip_low, clip_high, dual_clip, kl_top, ...options }) => {
    const { clipLow, clipHigh, dualClip } = policyLosses[options.kind].defaults
    return {
      ...options,
      clip_low: clip_low ?? clipLow,
      clip_high: clip_high ?? clipHigh,
      dual_clip: dual_clip === undefined ? dualClip : dual_clip,
      ...(options.kl_estimator === 'top-k' && { kl_top: kl_top ?? 500 }),
    }
  })

const groupsSchema = z
  .strictObject({
    when_useless: z
      .enum(WHEN_USELESS)
      .default('keep')
      .describe(
        'what happens to a group whose rewards are all equal or whose mean is out of bounds: keep counts it in every mean, drop ' +
          'leaves it out of the loss, resample asks further samples in its place (DAPO)',
      ),
    max_rounds: z.int().positive().optional().describe('resample: rollouts a step at most (3)'),
    min_reward: z
      .number()
      .nullable()
      .default(null)
      .describe('mean reward below which a group is too hard to learn from; null sets no bound'),
    max_reward: z
      .number()
      .nullable()
      .default(null)
      .describe('mean reward above which a group is too easy to learn from; null sets no bound'),
  })
  .superRefine(({ when_useless, max_rounds, min_reward, max_reward }, context) => {
    if (max_rounds !== undefined && when_useless !== 'resample') {
      const message = `read only when when_useless is resample, and it is ${when_useless}. Remove it, or write when_useless: resample.`
      context.addIssue({ code: 'custom', path: ['max_rounds'], message })
    }
    for (const [key, bound] of Object.entries({ min_reward, max_reward })) {
      if (bound === null || when_useless !== 'keep') continue
      const message =
        'read only when when_useless is drop or resample, and it is keep. Remove it, or write one of them.'
      context.addIssue({ code: 'custom', path: [key], message })
    }
    if (min_reward !== null && max_reward !== null && min_reward > max_reward) {
      const message = `${min_reward} is above max_reward, ${max_reward}: no group is between. Exchange them.`
      context.addIssue({ code: 'custom', path: ['min_reward'], message })
    }
  })
  .transform(({ max_rounds, ...options }) =>
    options.when_useless === 'resample' ? { ...options, max_rounds: max_rounds ?? 3 } : options,
  )

const overlongSchema = z.strictObject({
  buffer: z.int().positive().describe('tokens before max_completion_tokens over which the penalty grows'),
  penalty: z.number().positive().default(1).describe('what an answer that fills the limit loses of its score'),
})

/** Defaults of TRL's PPO. */
const criticSchema = z.strictObject({
  gamma: z.number().gt(0).max(1).default(1).describe('discount a token'),
  lambda: z.number().min(0).max(1).default(0.95).describe('how far an advantage looks beyond the next value'),
  value_clip: z
    .number()
    .positive()
    .default(0.2)
    .describe('how far a value may move from what it was at sampling before it is drawn no further'),
  value_weight: z.number().positive().default(0.1).describe("weight of the value's loss beside the policy's"),
})

/** γ of Baichuan's objective is not published. */
const ptxSchema = z.strictObject({
  data: dataSchema.describe('conversations with answers, such as those of the sft stage'),
  kind: z
    .enum(['kl', 'cross-entropy'])
    .default('kl')
    .describe(
      'kl: to the policy at the start of the stage, which does not drag a merged model back to what the data were made with; ' +
        'cross-entropy: to the answers themselves',
    ),
  weight: z.number().positive().default(0.1).describe("weight beside the policy's loss"),
  batch: z.int().positive().default(8).describe('conversations a minibatch'),
  top: z.int().positive().default(500).describe('kl: words of the reference that are looked at'),
})

export const rl = stageKind({
  kind: 'rl',
  about: 'reinforcement learning: samples answers, judges them by their rubrics, and learns from the difference',
  options: z
    .strictObject({
      algorithm: z
        .enum([...ALGORITHMS, 'ppo'])
        .default('grpo')
        .describe(
          'how advantages are made, relative to the group: grpo divides by its deviation, dr-grpo does not, rloo compares with ' +
            'the other answers, grpo-batch divides by the deviation of all answers of the step; reinforce++ compares with all ' +
            'answers of the step, reinforce++-baseline after its group; ppo compares every token with a value that it learns',
        ),
      reward_model: z
        .strictObject({
          model: z
            .string()
            .min(1)
            .optional()
            .describe('folder, run or hub name; left out, the one of the last reward stage before'),
          alpha: z.number().positive().default(0.5).describe('how soon σ is full'),
        })
        .nullable()
        .default(null)
        .describe(
          'shapes the reward with what a reward model says: σ(α·its number) + score − 1, which puts every right answer above ' +
            'every wrong one (Qwen2.5-Math)',
        ),
      critic: criticSchema.optional().describe('ppo: the values and their loss'),
      ptx: ptxSchema
        .nullable()
        .default(null)
        .describe('what holds the policy to what it could do before; null holds nothing'),
      data: mixtureSchema.optional().describe("samples to be asked; the recipe's data when left out"),
      ...choiceFields,
      rubric: z.string().min(1).optional().describe('name or path of the rubric of samples that carry none'),
      held_out: z
        .strictObject({
          rubric: z.string().min(1).describe('name or path of the rubric'),
          judge: judgeSchema.default({ kind: 'verifiers' }).describe('who decides its criteria'),
        })
        .nullable()
        .default(null)
        .describe('scores every answer by a second rubric that is not trained on, to see whether the reward is earned'),
      judge: judgeSchema.default({ kind: 'verifiers' }).describe('who decides the criteria'),
      scaffold: scaffoldSchema
        .nullable()
        .default(null)
        .describe('how much of the rubric the answers are shown (RuscaRL); null shows none'),
      steps: z.int().positive().default(350).describe('rollouts, each followed by an update'),
      prompts: z.int().positive().default(64).describe('samples a step'),
      group: z.int().min(2).default(8).describe('answers a sample (G)'),
      minibatches: z
        .int()
        .positive()
        .default(2)
        .describe('optimiser steps a rollout; with 1 the probability ratio is exactly 1'),
      groups: groupsSchema.prefault({}).describe('what happens to groups of answers that teach nothing'),
      overlong: overlongSchema
        .nullable()
        .default(null)
        .describe('penalty on answers close to max_completion_tokens (DAPO); null takes none'),
      ...samplingFields,
      // A constant step size without warm-up, as in RuscaRL's script.
      ...optimiserFields({ learningRate: 1e-6, warmupRatio: 0, schedule: 'constant' }),
      loss: lossSchema.prefault({}).describe('the clipped policy-gradient loss'),
      ...checkpointFields,
    })
    .superRefine(({ temperature, minibatches, prompts, group, loss, scaffold, overlong, ...options }, context) => {
      if (temperature === 0) {
        const message = 'at 0 all answers of a group are equal and nothing is learnt. Write more than 0.'
        context.addIssue({ code: 'custom', path: ['temperature'], message })
      }
      if (prompts * group > 0 && minibatches > prompts * group) {
        const message = `a rollout of ${prompts} × ${group} answers has no ${minibatches} parts.`
        context.addIssue({ code: 'custom', path: ['minibatches'], message })
      }
      if (loss.ratio !== 'plain/plain' && scaffold === null) {
        const message = `${loss.ratio} needs a scaffold, and none is shown. Remove it, or write a scaffold.`
        context.addIssue({ code: 'custom', path: ['loss', 'ratio'], message })
      }
      if (options.critic !== undefined && options.algorithm !== 'ppo') {
        const message = `read only when algorithm is ppo, and it is ${options.algorithm}. Remove it.`
        context.addIssue({ code: 'custom', path: ['critic'], message })
      }
      if (overlong && overlong.buffer > options.max_completion_tokens) {
        const message = `${overlong.buffer} is more than max_completion_tokens, ${options.max_completion_tokens}. Write fewer.`
        context.addIssue({ code: 'custom', path: ['overlong', 'buffer'], message })
      }
    })
    .transform(({ critic, ...options }) =>
      options.algorithm === 'ppo' ? { ...options, critic: critic ?? criticSchema.parse({}) } : options,
    ),
})
