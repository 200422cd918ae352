import { type Batch, learningRateAt, type Policy, type Schedule, type Targets } from '../../models/index.ts'
import type { PromptRenderer } from '../prompts/renderer.ts'
import type { PreparedSample } from '../rollout/prepare.ts'
import { crossEntropy } from '../update/losses/crossEntropy.ts'

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
}

/**
 * One optimiser step of supervised fine-tuning on the assistant's tokens; `samples` are conversations that end with the
 * answer. `step` is 1-based.
 */
export async function sftStep(
  policy: Policy,
  renderer: PromptRenderer,
  samples: readonly Pick<PreparedSample, 'messages' | 'features'>[],
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
  const size = Math.ceil(samples.length / options.accumulation)
  const parts = Array.from({ length: options.accumulation }, (_, i) =>
    sftBatch(samples.slice(i * size, (i + 1) * size), renderer),
  ).filter(({ targets }) => targets.tokens.length > 0)
  const nTokens = parts.reduce((total, { targets }) => total + targets.tokens.length, 0)
  let loss = 0
  for (const [i, { batch, targets }] of parts.entries()) {
    const weight = new Float32Array(targets.tokens.length).fill(1 / nTokens)
    const { metrics } = await policy.gradients(batch, { ...targets, values: { weight } }, crossEntropy, {
      accumulate: i > 0,
    })
    loss += metrics.loss!
  }
  const { gradNorm } = await policy.update({
    step,
    learningRate,
    weightDecay: options.weightDecay,
    maxGradNorm: options.maxGradNorm,
  })
  return {
    loss,
    learning_rate: learningRate,
    grad_norm: gradNorm,
    num_tokens: nTokens,
    step_time: (performance.now() - started) / 1000,
  }
}

/** Conversations as one batch, and the assistant's tokens as its targets. */
export function sftBatch(
  samples: readonly Pick<PreparedSample, 'messages' | 'features'>[],
  renderer: PromptRenderer,
): { batch: Batch; targets: Targets } {
  const clips = [...new Set(samples.flatMap(({ features }) => features))]
  const tokens: { sequence: number; position: number }[] = []
  const sequences = samples.map(({ messages, features }, sequence) => {
    const { ids, isAssistant } = renderer.conversation(messages, features)
    for (const [position, own] of isAssistant.entries()) if (own && position > 0) tokens.push({ sequence, position })
    return { ids, audios: features.map((clip) => clips.indexOf(clip)) }
  })
  return { batch: { audios: clips, sequences }, targets: { tokens } }
}
