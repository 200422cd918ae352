import type { Policy } from '../../models/index.ts'
import { type OptimiserOptions, scheduledRate } from '../update/schedule.ts'
import { checkFinite, type LearntBatch } from './diverged.ts'

/**
 * Moves the weights by the gradients that were gathered for `loss`; `step` is 1-based, `kept` makes what is kept of the
 * batches.
 *
 * @throws Diverged when loss or gradient is no finite number: with a loss that is none, the weights stay as they are
 */
export async function applyGradients(
  policy: Policy,
  options: OptimiserOptions,
  step: number,
  loss: number,
  kept: () => readonly LearntBatch[],
): Promise<{ learning_rate: number; grad_norm: number }> {
  checkFinite({ loss }, kept)
  const learningRate = scheduledRate(options, step)
  const { weightDecay, maxGradNorm } = options
  const { gradNorm } = await policy.update({ step, learningRate, weightDecay, maxGradNorm })
  checkFinite({ grad_norm: gradNorm }, kept)
  return { learning_rate: learningRate, grad_norm: gradNorm }
}
