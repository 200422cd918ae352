import { z } from 'zod'

/** Which samples a stage asks, and in which order: by numbers that they carry as tags, such as `rubato data difficulty` writes. */
export const choiceFields = {
  filter: z
    .array(
      z
        .strictObject({
          by: z.string().min(1).describe('tag that holds a number: passed, mean_reward, reward_variance'),
          min: z.number().optional().describe('least that is asked'),
          max: z.number().optional().describe('most that is asked'),
        })
        .refine(({ min, max }) => min !== undefined || max !== undefined, { error: 'needs min, max or both.' }),
    )
    .default([])
    .describe('bounds that samples must be within: passed 2 to 5 of 8 as in Qwen2.5-Math'),
  order: z
    .strictObject({
      by: z.string().min(1).describe('tag that holds a number'),
      first: z
        .enum(['lowest', 'highest'])
        .default('highest')
        .describe(
          'highest reward_variance first as in Qwen2.5; highest mean_reward first is a curriculum from easy to hard',
        ),
    })
    .nullable()
    .default(null)
    .describe('samples are asked in this order, pass after pass; null draws each pass anew'),
}
