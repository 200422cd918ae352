import { z } from 'zod'
import { type OptimiserKind, onlineMergingDefaults, optimisers, type Tower, towers } from '../../models/index.ts'

/** Fields of every stage that takes gradient steps; the defaults that differ are given by the stage. */
export const optimiserFields = (defaults: {
  learningRate: number
  warmupRatio: number
  schedule: 'constant' | 'linear' | 'cosine'
}) => ({
  optimiser: z
    .enum(Object.keys(optimisers) as [OptimiserKind, ...OptimiserKind[]])
    .default('adamw')
    .describe(
      'adamw; muon moves the matrices inside the towers by orthogonal steps of the same size; on-dare and on-ties merge every ' +
        'step of adamw with the way from a base model to this one (online_merging)',
    ),
  online_merging: z
    .strictObject({
      base: z
        .strictObject({ model: z.string().min(1).describe('folder or hub name') })
        .describe('the model that training of this one began with'),
      weight: z
        .number()
        .gt(0)
        .lt(1)
        .default(onlineMergingDefaults.weight)
        .describe('share of that way that comes in at every step; above 1e-4 it is said to be unstable'),
      keep: z
        .number()
        .gt(0)
        .max(1)
        .default(onlineMergingDefaults.keep)
        .describe('share of the coordinates that is kept: at random (on-dare), or the largest (on-ties)'),
    })
    .optional()
    .describe('on-dare, on-ties: what is merged, so that less of what was learnt before is lost (arXiv 2405.17931)'),
  freeze: z
    .array(z.enum(towers as unknown as [Tower, ...Tower[]]))
    .default([])
    .describe('towers that this stage leaves as they are: encoder, projector, decoder'),
  learning_rate: z.number().positive().default(defaults.learningRate).describe("peak of the optimiser's step size"),
  warmup_ratio: z
    .number()
    .min(0)
    .max(1)
    .default(defaults.warmupRatio)
    .describe('share of the steps over which the learning rate rises from 0'),
  schedule: z
    .enum(['constant', 'linear', 'cosine'])
    .default(defaults.schedule)
    .describe('how the learning rate falls after the warm-up'),
  min_learning_rate: z.number().nonnegative().default(0).describe('where the schedule ends'),
  weight_decay: z
    .number()
    .nonnegative()
    .default(0.01)
    .describe('decoupled decay a step, as a share of the learning rate'),
  max_grad_norm: z.number().positive().default(1).describe('the gradient is scaled down to this norm'),
})

/** Checkpoints of a stage. */
export const checkpointFields = {
  save_every: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('steps between checkpoints; null saves at the end of the stage only'),
}
