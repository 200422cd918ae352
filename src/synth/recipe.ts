import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { checkYaml } from '../../rubrics/index.ts'
import { isMissingFile, shortPath, UsageError } from '../errors.ts'

const model = {
  model: z.string().min(1).describe('a model of the server; without url a folder, run, GGUF file or hub id'),
  url: z
    .union([z.string(), z.array(z.string()).min(1)])
    .optional()
    .describe('base URL of an OpenAI-compatible server, or several that serve the same'),
  key: z.string().optional().describe('environment variable that holds the key'),
  concurrency: z.int().positive().optional().describe('requests at once, each server (16)'),
  prices: z
    .strictObject({ input: z.number().nonnegative(), output: z.number().nonnegative() })
    .optional()
    .describe('of a million tokens'),
  body: z.record(z.string(), z.unknown()).optional().describe('further fields of the request'),
}
const budget = z
  .strictObject({ calls: z.int().positive().optional(), money: z.number().positive().optional() })
  .optional()
  .describe('limits of one call of the command; the next goes on')

const sampling = {
  temperature: z.number().nonnegative(),
  top_p: z.number().positive().max(1),
  max_tokens: z.int().positive(),
}

/** The recipe of a synthesis; the defaults are ScaleQuest's (arXiv 2410.18693). */
export const synthRecipeSchema = z.strictObject({
  generator: z
    .strictObject({
      ...model,
      template: z
        .string()
        .optional()
        .describe('with url: chatml, llama3, deepseek, or the text itself that stands before a question'),
      temperature: sampling.temperature.default(1),
      top_p: sampling.top_p.default(0.99),
      max_tokens: sampling.max_tokens.default(512),
      batch: z.int().positive().default(16).describe('without url: questions sampled together'),
      budget,
    })
    .describe('who writes questions, from the template that stands before one'),
  count: z.int().positive().describe('questions to write, before the filters'),
  filters: z
    .strictObject({
      language: z
        .enum(['ascii', 'latin', 'any'])
        .default('ascii')
        .describe('letters that a question may have; ascii as ScaleQuest'),
      against: z
        .array(z.string())
        .default([])
        .describe('JSON lines whose questions must not come out again: 13 words in a row'),
      near_duplicates: z
        .number()
        .positive()
        .max(1)
        .optional()
        .describe('least Jaccard similarity of questions that count as one'),
      solvability: z
        .strictObject({ ...model, budget })
        .optional()
        .describe('who says whether a question can be solved'),
      difficulty: z
        .strictObject({
          ...model,
          samples: z.int().min(2).default(8).describe('solutions a question'),
          temperature: sampling.temperature.default(0.7),
          max_tokens: sampling.max_tokens.default(2048),
          least: z.number().min(0).max(1).default(0.1).describe('drop those with a lower fail rate: too simple'),
          most: z.number().min(0).max(1).default(1).describe('drop those with a higher one'),
          budget,
        })
        .optional()
        .describe('fail rate: the share of solutions outside the largest group of equal answers'),
    })
    .prefault({}),
  responses: z
    .strictObject({
      ...model,
      samples: z.int().positive().default(5).describe('responses a question'),
      temperature: sampling.temperature.default(0.7),
      top_p: sampling.top_p.default(0.95),
      max_tokens: sampling.max_tokens.default(2048),
      choose: z
        .union([z.literal('vote'), z.strictObject({ reward_model: z.string().min(1) })])
        .default('vote')
        .describe(
          'the response that is kept: of the largest group of equal answers the shortest, or the highest reward',
        ),
      boxed: z.boolean().default(true).describe('ask for the final answer in \\boxed{} and drop responses without one'),
      budget,
    })
    .optional(),
  speak: z
    .strictObject({
      voices: z.array(z.string().min(1)).min(1).default(['en-us']).describe('voices of eSpeak NG, drawn among'),
      rate: z
        .tuple([z.int().min(80).max(450), z.int().min(80).max(450)])
        .default([150, 190])
        .describe('words a minute, drawn between'),
      longest: z.number().positive().default(30).describe('seconds; longer questions stay written'),
    })
    .optional()
    .describe('speak the questions: samples hold a recording in place of the words'),
  seed: z.union([z.string(), z.number()]).default(0),
})

export type SynthRecipe = z.output<typeof synthRecipeSchema>

/** @throws UsageError with one line a fault */
export function readSynthRecipe(file: string): SynthRecipe {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw isMissingFile(error) ? new UsageError(`${file}: no such recipe.`) : error
  }
  const checked = checkYaml(synthRecipeSchema, text, { file: shortPath(file) })
  if (!checked.ok) throw new UsageError(checked.problems.join('\n'))
  const { filters, ...rest } = checked.value
  const against = filters.against.map((one) => path.resolve(path.dirname(file), one))
  return { ...rest, filters: { ...filters, against } }
}
