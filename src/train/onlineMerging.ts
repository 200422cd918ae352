import type { Policy } from '../../models/index.ts'
import { resolveModel } from '../hub/resolveModel.ts'
import { loadWeights, modelPlace } from '../model/modelFolder.ts'
import type { Stage } from '../recipe/index.ts'

/** What a stage tells its optimiser for good: a and p of online merging, and where its chance comes from. */
export const mergingSettings = ({ online_merging: merging }: Stage, index: number) =>
  merging ? { weight: merging.weight, keep: merging.keep, seed: index } : {}

/**
 * Gives the optimiser τ, the way from the base to the weights of now; for on-ties the largest of it, since that does not
 * change. Called once, after the optimiser was made fresh: checkpoints keep τ with its moments.
 *
 * @throws UsageError, CheckpointError when the base is no model of the same shape
 */
export async function beginMerging(policy: Policy, stage: Stage, index: number): Promise<void> {
  const { online_merging: merging, optimiser } = stage
  if (!merging) return
  const place = modelPlace(await resolveModel(merging.base.model))
  const base = loadWeights(place, { parameters: policy.trainable })
  const now = await policy.weights()
  const state = await policy.optimiserState()
  for (const [name, from] of base) {
    const tau = now.get(name)!.map((value, i) => value - from[i]!)
    state.set(`tau/${name}`, optimiser === 'on-ties' ? largest(tau, merging.keep) : tau)
  }
  await policy.setOptimiserState(state, optimiser, mergingSettings(stage, index))
}

/** The share `keep` of largest size, the others 0. */
function largest(values: Float32Array, keep: number): Float32Array {
  const sizes = values.map(Math.abs).sort()
  const least = sizes[Math.max(0, sizes.length - Math.max(1, Math.round(keep * sizes.length)))]!
  return values.map((value) => (Math.abs(value) >= least ? value : 0))
}
