import { z } from 'zod'
import { dataSchema } from './data.ts'
import { judgeSchema } from './judge.ts'
import { samplingFields } from './sampling.ts'

export const CONTROLS = ['none', 'scaffolded', 'silenced', 'swapped'] as const

/** What is measured before and after training. */
export const evaluationSchema = z
  .strictObject({
    name: z.string().min(1).optional().describe('names the evaluation where a recipe has several'),
    data: dataSchema.describe('samples that were not trained on'),
    rubric: z.string().min(1).optional().describe('name or path of the rubric of samples that carry none'),
    judge: judgeSchema.default({ kind: 'verifiers' }).describe('who decides the criteria'),
    controls: z
      .array(z.enum(CONTROLS))
      .min(1)
      .default(['none', 'silenced', 'swapped'])
      .describe(
        'none: as asked; scaffolded: with the rubric shown; silenced, swapped: without the sound, with that of another sample',
      ),
    best_of: z
      .array(z.int().positive())
      .min(1)
      .default([1])
      .describe('answers a sample of which the best counts; more than one needs a temperature above 0'),
    ...samplingFields,
    temperature: z
      .number()
      .nonnegative()
      .optional()
      .describe('divides the logits; 0 takes the likeliest token (0, or 1 when best_of asks for several answers)'),
  })
  .superRefine(({ best_of, temperature }, context) => {
    if (temperature === 0 && Math.max(...best_of) > 1) {
      const message = 'at 0 all answers to a sample are equal, and best_of asks for several. Write more than 0.'
      context.addIssue({ code: 'custom', path: ['temperature'], message })
    }
  })
  .transform((options) => ({
    ...options,
    temperature: options.temperature ?? (Math.max(...options.best_of) > 1 ? 1 : 0),
  }))

export type EvaluationOptions = z.output<typeof evaluationSchema>
