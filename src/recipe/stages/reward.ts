import { z } from 'zod'
import { dataSchema } from '../data.ts'
import { checkpointFields, optimiserFields } from '../optimiser.ts'
import { checkPasses, passesOf } from '../passes.ts'
import { stageKind } from '../stage.ts'

export const reward = stageKind({
  kind: 'reward',
  about:
    'reward model: a copy of the model learns to score answers by how they were ranked; the model itself stays as it is',
  options: z
    .strictObject({
      data: dataSchema.optional().describe("pairs or ranked lists of answers; the recipe's data when left out"),
      test: dataSchema.optional().describe('rankings that are only measured; a share of the data when left out'),
      test_share: z
        .number()
        .min(0)
        .max(0.5)
        .optional()
        .describe('share of the rankings that is kept out of training and measured (0.1, unless test is given)'),
      epochs: z.number().positive().optional().describe('passes over the rankings (1, unless steps is given)'),
      steps: z.int().positive().optional().describe('optimiser steps, in place of epochs'),
      batch: z.int().positive().default(16).describe('rankings an optimiser step'),
      gradient_accumulation: z
        .int()
        .positive()
        .default(1)
        .describe('parts the batch is worked through in; more parts need less memory and change nothing else'),
      ...optimiserFields({ learningRate: 1e-5, warmupRatio: 0.03, schedule: 'cosine' }),
      max_length: z
        .int()
        .positive()
        .default(2048)
        .describe('tokens of prompt and answer; rankings with a longer one are left out and counted'),
      layers: z
        .union([z.literal(1), z.literal(2)])
        .default(2)
        .describe('of the head: 2 as in Qwen2.5-Math-RM, 1 as in transformers’ ForSequenceClassification'),
      loss: z
        .strictObject({
          pointwise: z
            .number()
            .nonnegative()
            .default(0)
            .describe('weight of the regression to absolute scores, beside the ranking (Baichuan Alignment)'),
          centre: z
            .number()
            .nonnegative()
            .default(0)
            .describe("weight of the pull of a list's mean reward to 0 (TRL's center_rewards_coefficient)"),
        })
        .prefault({})
        .describe('what is made of a ranking'),
      ...checkpointFields,
    })
    .superRefine((stage, context) => {
      checkPasses(stage, context)
      const { test, test_share } = stage
      if (test !== undefined && test_share !== undefined) {
        context.addIssue({ code: 'custom', path: ['test_share'], message: 'test is given as well. Keep one of them.' })
      }
    })
    .transform(({ epochs, steps, test, test_share, ...options }) => ({
      ...options,
      ...(test ? { test } : { test_share: test_share ?? 0.1 }),
      ...passesOf({ epochs, steps }, 1),
    })),
})
