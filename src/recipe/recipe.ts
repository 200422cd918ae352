import { z } from 'zod'
import { promptStyleFields } from '../tasks/index.ts'
import { adapterSchema } from './adapter.ts'
import { isMix, mixtureSchema } from './data.ts'
import { evaluationSchema } from './evaluation.ts'
import { modelSchema } from './model.ts'
import { anyStageSchema } from './stages/index.ts'

/** A recipe as it is written (design.md §6). */
export const recipeSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, { error: 'expected letters, digits and . _ -, it names the run folder.' })
      .describe('names the run and its folder'),
    about: z.string().optional().describe('what the recipe is for'),
    seed: z
      .union([z.int().nonnegative(), z.string().min(1)])
      .default(0)
      .describe('everything random follows from it'),
    model: modelSchema.describe('the model to train'),
    adapter: adapterSchema
      .optional()
      .describe('trains updates beside the model, which stays as it is, and saves them in PEFT’s format'),
    clips: z
      .strictObject({
        max_seconds: z.number().positive().max(30).default(30).describe('longest clip the model hears, in seconds'),
        over_length: z
          .enum(['refuse', 'cut'])
          .default('refuse')
          .describe('what a longer clip does: stop the run, or be cut and counted'),
      })
      .default({ max_seconds: 30, over_length: 'refuse' })
      .describe('how clips are heard'),
    data: mixtureSchema.optional().describe('samples of the stages that name none of their own'),
    prompts: promptStyleFields.default(promptStyleFields.parse({})).describe('how samples that name a task are asked'),
    stages: z.array(anyStageSchema).min(1).describe('what is done, in this order'),
    eval: z.array(evaluationSchema).default([]).describe('what is measured before and after'),
  })
  .superRefine(({ model, adapter, data, stages, eval: evaluations }, context) => {
    if (adapter && typeof model === 'object') {
      const message = 'stands beside a model that has learnt, and model: describes a fresh one. Leave adapter out.'
      context.addIssue({ code: 'custom', path: ['adapter'], message })
    }
    for (const [i, stage] of stages.entries()) {
      if (!stage.kind || data !== undefined || stage.data !== undefined) continue
      const message = 'no samples: neither the stage nor the recipe names data. Add data: train.jsonl.'
      context.addIssue({ code: 'custom', path: ['stages', i, stage.kind], message })
    }
    for (const [i, stage] of stages.entries()) {
      const own = stage.data ?? data
      if (!stage.kind || own === undefined || !isMix(own)) continue
      const problem = noMix(stage)
      if (problem === null) continue
      context.addIssue({ code: 'custom', path: ['stages', i, stage.kind, ...problem.path], message: problem.message })
    }
    for (const [i, stage] of stages.entries()) {
      const { kind, optimiser, online_merging: merging } = stage
      const merges = optimiser === 'on-dare' || optimiser === 'on-ties'
      if (merges && (kind === 'reward' || (kind === 'rl' && stage.algorithm === 'ppo'))) {
        const message = `${optimiser} merges models of one shape, and this stage trains a head that its base has not. Write adamw.`
        context.addIssue({ code: 'custom', path: ['stages', i, kind, 'optimiser'], message })
      }
      if (merges === (merging !== undefined)) continue
      const message = merges
        ? `${optimiser} merges with the way from a base. Add online_merging: { base: { model: … } }.`
        : `read only when optimiser is on-dare or on-ties, and it is ${optimiser}. Remove it.`
      context.addIssue({ code: 'custom', path: ['stages', i, kind, merges ? 'optimiser' : 'online_merging'], message })
    }
    const seen = new Set<string | undefined>()
    for (const [i, { name }] of evaluations.entries()) {
      if (seen.has(name)) {
        const message = name === undefined ? 'two evaluations have no name. Name them.' : `"${name}" is used twice.`
        context.addIssue({ code: 'custom', path: ['eval', i, 'name'], message })
      }
      seen.add(name)
    }
  })

/** Why a stage cannot draw from several sources; null where it can. */
function noMix(stage: z.output<typeof anyStageSchema>): { path: string[]; message: string } | null {
  if (stage.kind === 'reward') {
    return { path: ['data'], message: 'a reward stage reads one source, and several are given. Name one.' }
  }
  if (!('order' in stage) || stage.order === null) return null
  return {
    path: ['order'],
    message: 'samples in order stand in one source, and several are given, which are drawn. Leave out one of the two.',
  }
}

/** A recipe with its defaults filled in; paths are absolute once it was read from a file. */
export type Recipe = z.output<typeof recipeSchema>
