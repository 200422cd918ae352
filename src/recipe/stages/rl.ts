import { z } from 'zod'
import { scaffoldSchema } from '../../../rubrics/index.ts'
import { dataSchema } from '../data.ts'
import { judgeSchema } from '../judge.ts'
import { checkpointFields, optimiserFields } from '../optimiser.ts'
import { samplingFields } from '../sampling.ts'
import { stageKind } from '../stage.ts'

/** Defaults are those of RuscaRL's released script (papers.md §1.5). */
const lossSchema = z.strictObject({
  aggregation: z
    .enum(['token-mean', 'sequence-mean'])
    .default('token-mean')
    .describe('every token counts alike, or every answer does (eq. 1 of the paper)'),
  clip_low: z.number().positive().lt(1).default(0.2).describe('how far the probability ratio may fall below 1'),
  clip_high: z.number().positive().default(0.2).describe('how far the probability ratio may rise above 1'),
  dual_clip: z
    .number()
    .gt(1)
    .nullable()
    .default(3)
    .describe('bound on the loss of a token with a negative advantage (arXiv 1912.09729); null leaves it out'),
  kl: z
    .number()
    .nonnegative()
    .default(0.001)
    .describe('coefficient of the KL to the policy at the start of the stage; 0 keeps no reference'),
  entropy: z.number().default(0).describe('coefficient of the entropy bonus'),
})

export const rl = stageKind({
  kind: 'rl',
  about: 'reinforcement learning: samples answers, judges them by their rubrics, and learns from the difference',
  options: z
    .strictObject({
      algorithm: z.enum(['grpo']).default('grpo').describe('how advantages are made: relative to the group'),
      data: dataSchema.optional().describe("samples to be asked; the recipe's data when left out"),
      rubric: z.string().min(1).optional().describe('name or path of the rubric of samples that carry none'),
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
      ...samplingFields,
      // A constant step size without warm-up, as in RuscaRL's script.
      ...optimiserFields({ learningRate: 1e-6, warmupRatio: 0, schedule: 'constant' }),
      loss: lossSchema.default(lossSchema.parse({})).describe('the clipped policy-gradient loss'),
      ...checkpointFields,
    })
    .superRefine(({ temperature, minibatches, prompts, group }, context) => {
      if (temperature === 0) {
        const message = 'at 0 all answers of a group are equal and nothing is learnt. Write more than 0.'
        context.addIssue({ code: 'custom', path: ['temperature'], message })
      }
      if (prompts * group > 0 && minibatches > prompts * group) {
        const message = `a rollout of ${prompts} × ${group} answers has no ${minibatches} parts.`
        context.addIssue({ code: 'custom', path: ['minibatches'], message })
      }
    }),
})
