import { z } from 'zod'
import { mixtureSchema } from '../data.ts'
import { checkpointFields, optimiserFields } from '../optimiser.ts'
import { checkPasses, passesOf } from '../passes.ts'
import { stageKind } from '../stage.ts'

/** Defaults of the LibriSpeech double policy, but no mask may take a fifth of a clip: clips here are short. */
const specAugmentSchema = z
  .strictObject({
    frequency_masks: z.int().nonnegative().default(2).describe('stripes across frequency'),
    max_mels: z.int().nonnegative().default(27).describe('widest such stripe, in mel bands'),
    time_masks: z.int().nonnegative().default(2).describe('stripes across time'),
    max_frames: z.int().nonnegative().default(100).describe('widest such stripe, in frames of 10 ms'),
    max_time_share: z.number().min(0).max(1).default(0.2).describe('widest such stripe, as a share of the clip'),
  })
  .describe('stripes of the log-mel that are blanked (arXiv 1904.08779), drawn anew whenever a clip is heard')

export const sft = stageKind({
  kind: 'sft',
  about: 'supervised fine-tuning: learns the assistant turns of the samples',
  options: z
    .strictObject({
      data: mixtureSchema.optional().describe("samples with answers; the recipe's data when left out"),
      epochs: z.number().positive().optional().describe('passes over the samples (3, unless steps is given)'),
      steps: z.int().positive().optional().describe('optimiser steps, in place of epochs'),
      batch: z.int().positive().default(16).describe('samples an optimiser step'),
      gradient_accumulation: z
        .int()
        .positive()
        .default(1)
        .describe('parts the batch is worked through in; more parts need less memory and change nothing else'),
      // TRL's defaults for a pretrained model; a small one that starts from nothing takes about 1e-3.
      ...optimiserFields({ learningRate: 2e-5, warmupRatio: 0.03, schedule: 'cosine' }),
      max_length: z.int().positive().default(2048).describe('tokens; longer samples are left out and counted'),
      packing: z
        .boolean()
        .default(false)
        .describe('several samples share a row, each blind to the others: the same losses with less padding'),
      pack_length: z
        .int()
        .positive()
        .default(512)
        .describe('packing: tokens of such a row; where a sample is longer, the rows of its step are'),
      activation_checkpointing: z
        .boolean()
        .default(false)
        .describe('layers are made again in the backward pass instead of kept: less memory, more time'),
      neftune_alpha: z
        .number()
        .nonnegative()
        .default(0)
        .describe(
          "noise on the embeddings of words while they are learnt (arXiv 2310.05914); its authors' values: 5 to 15",
        ),
      label_smoothing: z
        .number()
        .min(0)
        .lt(1)
        .default(0)
        .describe('share of the target that all words have in equal parts; 0.1 is usual, 0 is none'),
      spec_augment: specAugmentSchema.nullable().default(null),
      ...checkpointFields,
    })
    .superRefine(checkPasses)
    .transform(({ epochs, steps, ...options }) => ({
      ...options,
      ...passesOf({ epochs, steps }, 3),
    })),
})
