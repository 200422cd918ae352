import {
  type AudioFeatures,
  type Batch,
  learningRateAt,
  type Policy,
  type Schedule,
  type Targets,
} from '../../models/index.ts'
import type { PromptRenderer } from '../prompts/renderer.ts'
import type { PreparedSample } from '../rollout/prepare.ts'
import { dropoutSeed } from '../update/dropoutSeed.ts'
import { crossEntropy } from '../update/losses/crossEntropy.ts'
import { checkFinite, learntBatch } from './diverged.ts'

export interface SftOptions {
  readonly steps: number
  readonly learningRate: number
  readonly warmupSteps: number
  readonly schedule: Schedule
  readonly minLearningRate: number
  readonly weightDecay: number
  readonly maxGradNorm: number
  /** Micro-batches whose gradients are added before one update. */
  readonly accumulation: number
  /** What an adapter's dropout is drawn from, with the step ('0'). */
  readonly seed?: string
}

/**
 * One optimiser step of supervised fine-tuning on the assistant's tokens; `samples` are conversations that end with the
 * answer. `step` is 1-based.
 *
 * @throws Diverged when loss or gradient is no finite number
 */
export async function sftStep(
  policy: Policy,
  renderer: PromptRenderer,
  samples: readonly Pick<PreparedSample, 'id' | 'messages' | 'features'>[],
  options: SftOptions,
  step: number,
): Promise<Record<string, number>> {
  const started = performance.now()
  const learningRate = learningRateAt(step - 1, options.steps, {
    peak: options.learningRate,
    floor: options.minLearningRate,
    warmupSteps: options.warmupSteps,
    schedule: options.schedule,
  })
  // Samples of like length share a part, so that little is padding.
  const rendered = samples
    .map(({ id, messages, features }) => ({ id, ...renderer.conversation(messages, features), features }))
    .sort((a, b) => a.ids.length - b.ids.length)
  const size = Math.ceil(samples.length / options.accumulation)
  const parts = Array.from({ length: options.accumulation }, (_, i) =>
    sftBatch(rendered.slice(i * size, (i + 1) * size)),
  ).filter(({ targets }) => targets.tokens.length > 0)
  const nTokens = parts.reduce((total, { targets }) => total + targets.tokens.length, 0)
  const kept = () => parts.map(({ sampleIds, batch, targets }) => learntBatch(sampleIds, batch, targets))
  let loss = 0
  for (const [i, { batch, targets }] of parts.entries()) {
    const weight = new Float32Array(targets.tokens.length).fill(1 / nTokens)
    const { metrics } = await policy.gradients(batch, { ...targets, values: { weight } }, crossEntropy, {
      accumulate: i > 0,
      seed: dropoutSeed(options.seed ?? '0', step, i),
    })
    loss += metrics.loss!
  }
  checkFinite({ loss }, kept)
  const { gradNorm } = await policy.update({
    step,
    learningRate,
    weightDecay: options.weightDecay,
    maxGradNorm: options.maxGradNorm,
  })
  checkFinite({ grad_norm: gradNorm }, kept)
  return {
    loss,
    learning_rate: learningRate,
    grad_norm: gradNorm,
    num_tokens: nTokens,
    step_time: (performance.now() - started) / 1000,
  }
}

interface Rendered {
  readonly id: string
  readonly ids: readonly number[]
  readonly isAssistant: readonly boolean[]
  readonly features: readonly AudioFeatures[]
}

/** Conversations as one batch, and the assistant's tokens as its targets. */
function sftBatch(samples: readonly Rendered[]): { sampleIds: string[]; batch: Batch; targets: Targets } {
  const clips = [...new Set(samples.flatMap(({ features }) => features))]
  const tokens: { sequence: number; position: number }[] = []
  const sequences = samples.map(({ ids, isAssistant, features }, sequence) => {
    for (const [position, own] of isAssistant.entries()) if (own && position > 0) tokens.push({ sequence, position })
    return { ids, audios: features.map((clip) => clips.indexOf(clip)) }
  })
  return { sampleIds: samples.map(({ id }) => id), batch: { audios: clips, sequences }, targets: { tokens } }
}
