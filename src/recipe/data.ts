import { z } from 'zod'
import { type PromptStyle, promptStyleFields } from '../tasks/index.ts'

const sourceFields = {
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
}
const sourceSchema = z.strictObject(sourceFields)
const byPath = (path: string) => ({ path, bad: 'refuse' as const })

/** Where samples come from: a file of JSON lines or an audio folder, relative to the recipe. */
export const dataSchema = z
  .union([z.string().min(1), sourceSchema])
  .transform((data) => (typeof data === 'string' ? byPath(data) : data))

const partSchema = z
  .union([
    z.string().min(1),
    z.strictObject({
      ...sourceFields,
      name: z
        .string()
        .min(1)
        .optional()
        .describe('what samples that name no task are called in curves (the name of the file, without its ending)'),
      weight: z.number().positive().default(1).describe('times as likely as its number of samples says'),
    }),
  ])
  .transform((part) => (typeof part === 'string' ? { ...byPath(part), weight: 1 } : part))
const partsSchema = z.array(partSchema).min(1)

/** What a stage learns from: one source, or several of which every step draws. */
export const mixtureSchema = z
  .union([
    z.string().min(1),
    sourceSchema,
    partsSchema,
    z.strictObject({
      mix: partsSchema.describe('several sources, of which every step draws; a list alone is a mix at temperature 1'),
      temperature: z
        .number()
        .positive()
        .default(1)
        .describe(
          'a source of n samples is drawn in proportion to weight × n^(1/temperature) (arXiv 1910.10683, §3.5.2): 1 draws all samples alike, more brings small sources up, very much draws all sources alike',
        ),
    }),
  ])
  .transform((data): DataRef | DataMix => {
    if (typeof data === 'string') return byPath(data)
    return Array.isArray(data) ? { mix: data, temperature: 1 } : data
  })

export interface DataRef extends Readonly<z.output<typeof sourceSchema>> {
  readonly prompt?: string | undefined
  readonly limit?: number | undefined
  readonly prompts?: PromptStyle | undefined
  readonly tasks?: string[] | undefined
}

/** A source among others. */
export interface DataPart extends DataRef {
  readonly name?: string | undefined
  readonly weight: number
}

export interface DataMix {
  readonly mix: readonly DataPart[]
  readonly temperature: number
}

export const isMix = (data: DataRef | DataMix): data is DataMix => 'mix' in data

/** The sources of a stage, in the recipe's order. */
export const sourcesOf = (data: DataRef | DataMix): readonly (DataRef & Partial<DataPart>)[] =>
  isMix(data) ? data.mix : [data]
