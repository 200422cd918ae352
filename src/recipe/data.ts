import { z } from 'zod'
import { type PromptStyle, promptStyleFields } from '../tasks/index.ts'

/** Where samples come from: a file of JSON lines or an audio folder, relative to the recipe. */
export const dataSchema = z
  .union([
    z.string().min(1),
    z.strictObject({
      path: z.string().min(1).describe('a file of JSON lines, or a folder with metadata.jsonl or metadata.csv'),
      prompt: z.string().optional().describe('words asked of every clip of a folder whose row asks nothing itself'),
      limit: z.int().positive().optional().describe('reads no more samples than this'),
      prompts: promptStyleFields
        .optional()
        .describe("how samples that name a task are asked; the recipe's prompts when left out"),
      tasks: z.array(z.string().min(1)).min(1).optional().describe('reads the samples of these tasks and no others'),
      bad: z
        .enum(['refuse', 'skip'])
        .default('refuse')
        .describe('what a row that is no sample does: stop the run, or be left out and counted'),
    }),
  ])
  .transform((data) => (typeof data === 'string' ? { path: data, bad: 'refuse' as const } : data))

export interface DataRef extends Readonly<z.output<typeof dataSchema>> {
  readonly prompt?: string | undefined
  readonly limit?: number | undefined
  readonly prompts?: PromptStyle | undefined
  readonly tasks?: string[] | undefined
}
