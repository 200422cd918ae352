import { z } from 'zod'
import { PAIRINGS } from '../../stages/onlinePreference.ts'
import { choiceFields } from '../choice.ts'
import { mixtureSchema } from '../data.ts'
import { judgeSchema } from '../judge.ts'
import { checkpointFields, optimiserFields } from '../optimiser.ts'
import { samplingFields } from '../sampling.ts'
import { stageKind } from '../stage.ts'
import { lossSchema } from './preference.ts'

export const onlinePreference = stageKind({
  kind: 'online_preference',
  about:
    'online preference learning: samples answers, takes a better and a worse one of each prompt, and learns from the pairs',
  options: z
    .strictObject({
      data: mixtureSchema.optional().describe("samples to be asked; the recipe's data when left out"),
      ...choiceFields,
      rubric: z.string().min(1).optional().describe('name or path of the rubric of samples that carry none'),
      judge: judgeSchema.default({ kind: 'verifiers' }).describe('who decides the criteria'),
      reward_model: z
        .strictObject({
          model: z
            .string()
            .min(1)
            .optional()
            .describe('folder, run or hub name; left out, the one of the last reward stage before'),
        })
        .nullable()
        .default(null)
        .describe('orders the answers in place of their scores; null leaves that to the scores'),
      pairs: z
        .enum(PAIRINGS)
        .default('best-worst')
        .describe('best-worst: highest and lowest reward; pass-fail: a score of 1 or more against a lower one'),
      min_gap: z.number().nonnegative().default(0).describe('least difference of the rewards of a pair'),
      steps: z.int().positive().default(100).describe('rollouts, each followed by an update'),
      prompts: z.int().positive().default(16).describe('samples a step'),
      group: z.int().min(2).default(8).describe('answers a sample'),
      gradient_accumulation: z
        .int()
        .positive()
        .default(1)
        .describe('parts the pairs are worked through in; more parts need less memory and change nothing else'),
      ...samplingFields,
      ...optimiserFields({ learningRate: 1e-6, warmupRatio: 0.1, schedule: 'cosine' }),
      loss: lossSchema.prefault({}).describe('what is made of a pair'),
      ...checkpointFields,
    })
    .superRefine(({ temperature, loss }, context) => {
      if (temperature === 0) {
        const message = 'at 0 all answers of a group are equal and there is no pair. Write more than 0.'
        context.addIssue({ code: 'custom', path: ['temperature'], message })
      }
      if (loss.kind === 'kto') {
        const message =
          'kto needs answers to other prompts, which a rollout does not keep. Write dpo, or a preference stage.'
        context.addIssue({ code: 'custom', path: ['loss', 'kind'], message })
      }
    }),
})
