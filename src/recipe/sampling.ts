import { z } from 'zod'

/**
 * How answers are sampled. The defaults draw from the policy itself, whose gradient the update takes; RuscaRL's script
 * draws with temperature 0.7, top_p 0.8, top_k 20.
 */
export const samplingFields = {
  temperature: z.number().nonnegative().default(1).describe('divides the logits; 0 takes the likeliest token'),
  top_p: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe('keeps the smallest set of likeliest tokens that reaches this probability; 1 keeps all'),
  top_k: z.int().nonnegative().default(0).describe('keeps that many likeliest tokens; 0 keeps all'),
  max_completion_tokens: z.int().positive().default(256).describe('tokens after which an answer is cut'),
}
