import { z } from 'zod'
import { type PreferenceLossKind, preferenceLosses } from '../../update/losses/preference/index.ts'
import { mixtureSchema } from '../data.ts'
import { checkpointFields, optimiserFields } from '../optimiser.ts'
import { checkPasses, passesOf } from '../passes.ts'
import { stageKind } from '../stage.ts'

const KINDS = Object.keys(preferenceLosses) as [PreferenceLossKind, ...PreferenceLossKind[]]
const eachDefault = (of: 'beta' | 'sft') =>
  KINDS.map((kind) => `${kind} ${preferenceLosses[kind].defaults[of]}`).join(', ')

/** What is made of a pair, by every stage that has some. */
export const lossSchema = z
  .strictObject({
    kind: z
      .enum(KINDS)
      .default('dpo')
      .describe(KINDS.map((kind) => `${kind}: ${preferenceLosses[kind].about}`).join('; ')),
    beta: z
      .number()
      .positive()
      .optional()
      .describe(
        `how strongly the policy is held to the reference; orpo: weight of the odds; simpo: steepness (${eachDefault('beta')})`,
      ),
    sft: z
      .number()
      .nonnegative()
      .optional()
      .describe(`weight of the cross-entropy of the chosen answers (${eachDefault('sft')})`),
    label_smoothing: z
      .number()
      .min(0)
      .lt(0.5)
      .optional()
      .describe('dpo, simpo: share of pairs assumed to be labelled the wrong way round (0)'),
    length_normalised: z
      .boolean()
      .optional()
      .describe('dpo, ipo, hinge: an answer counts by the mean of its tokens, not by their sum (ipo true, else false)'),
    gamma: z.number().nonnegative().optional().describe('simpo: the margin to reach (1)'),
    desirable_weight: z.number().positive().optional().describe('kto: weight of chosen answers (1)'),
    undesirable_weight: z.number().positive().optional().describe('kto: weight of rejected answers (1)'),
  })
  .superRefine(({ kind = 'dpo', beta: _beta, sft: _sft, ...own }, context) => {
    const { reads } = preferenceLosses[kind]
    for (const [key, value] of Object.entries(own)) {
      if (value === undefined || (reads as readonly string[]).includes(key)) continue
      const readers = KINDS.filter((name) => (preferenceLosses[name].reads as readonly string[]).includes(key))
      const message = `read only when kind is ${readers.join(' or ')}, and it is ${kind}. Remove it.`
      context.addIssue({ code: 'custom', path: [key], message })
    }
  })
  .transform((given) => {
    const { beta, sft, lengthNormalised } = preferenceLosses[given.kind].defaults
    const reads: readonly string[] = preferenceLosses[given.kind].reads
    const own = {
      label_smoothing: given.label_smoothing ?? 0,
      length_normalised: given.length_normalised ?? lengthNormalised,
      gamma: given.gamma ?? 1,
      desirable_weight: given.desirable_weight ?? 1,
      undesirable_weight: given.undesirable_weight ?? 1,
    }
    // Only what the loss reads, so that the recipe as it is written out can be read again.
    const read = Object.fromEntries(Object.entries(own).filter(([key]) => reads.includes(key))) as Partial<typeof own>
    return { kind: given.kind, beta: given.beta ?? beta, sft: given.sft ?? sft, ...read }
  })

export const preference = stageKind({
  kind: 'preference',
  about: 'preference learning: makes chosen answers likelier than rejected ones (DPO and its kin)',
  options: z
    .strictObject({
      data: mixtureSchema.optional().describe("pairs of answers, chosen and rejected; the recipe's data when left out"),
      epochs: z.number().positive().optional().describe('passes over the pairs (1, unless steps is given)'),
      steps: z.int().positive().optional().describe('optimiser steps, in place of epochs'),
      batch: z.int().positive().default(8).describe('pairs an optimiser step'),
      gradient_accumulation: z
        .int()
        .positive()
        .default(1)
        .describe('parts the batch is worked through in; more parts need less memory and change nothing else'),
      ...optimiserFields({ learningRate: 1e-6, warmupRatio: 0.1, schedule: 'cosine' }),
      max_length: z
        .int()
        .positive()
        .default(2048)
        .describe('tokens of prompt and answer; longer pairs are left out and counted'),
      loss: lossSchema.prefault({}).describe('what is made of a pair'),
      ...checkpointFields,
    })
    .superRefine(checkPasses)
    .transform(({ epochs, steps, ...options }) => ({
      ...options,
      ...passesOf({ epochs, steps }, 1),
    })),
})
