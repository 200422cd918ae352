import type { AudioFeatures, Batch, Objective, Policy, Targets } from '../../models/index.ts'
import { graph } from '../../models/index.ts'
import type { Message } from '../prompts/message.ts'
import type { PromptRenderer } from '../prompts/renderer.ts'
import { klPerToken } from './losses/kl.ts'

const { mul, neg, scale, sum } = graph

/** What holds a policy to what it could do before, on conversations that are not rolled out (PTX). */
export interface PullOptions {
  /**
   * `kl`: to the policy at the start of the stage, on its likeliest words; `cross-entropy`: to the answers of the data. On a
   * merged model the second drags back to what the data were made with (Baichuan Alignment, arXiv 2410.14940).
   */
  readonly kind: 'kl' | 'cross-entropy'
  /** γ. */
  readonly weight: number
  /** Words of the reference that are looked at. */
  readonly top: number
}

/** A conversation with its answer. */
export interface PulledSample {
  readonly messages: readonly Message[]
  readonly features: readonly AudioFeatures[]
}

/**
 * The term beside the policy's loss, over the assistant's tokens of a batch.
 *
 *   kl             γ · mean over tokens of KL_K(π ‖ π_ref)        cross-entropy  −γ · mean over tokens of ln π
 */
export function pullObjective({ kind, weight }: Pick<PullOptions, 'kind' | 'weight'>): Objective {
  return {
    name: `pull(${kind},${weight})`,
    build(context) {
      const perToken = kind === 'kl' ? klPerToken(context, 'top-k') : neg(context.logProbs)
      const pull = sum(mul(perToken, context.value('weight')))
      return { loss: scale(pull, weight), metrics: { pull } }
    },
  }
}

/** Adds the term's gradient to what lies in the gradient arrays; returns its value before the weight. `seed` is of dropout. */
export async function addPull(
  policy: Policy,
  renderer: PromptRenderer,
  samples: readonly PulledSample[],
  options: PullOptions,
  prefix: string,
  seed = 0,
): Promise<number> {
  const clips = [...new Set(samples.flatMap(({ features }) => features))]
  const tokens: { sequence: number; position: number }[] = []
  const sequences = samples.map(({ messages, features }, sequence) => {
    const { ids, isAssistant } = renderer.conversation(messages, features)
    for (const [position, own] of isAssistant.entries()) if (own && position > 0) tokens.push({ sequence, position })
    return { ids, audios: features.map((clip) => clips.indexOf(clip)) }
  })
  const batch: Batch = { audios: clips, sequences }
  const targets: Targets = { tokens }
  const { top } = options
  const floor =
    options.kind === 'kl' ? await policy.keepDistribution(batch, targets, 'ref_distribution', { prefix, top }) : null
  const values = { weight: tokens.map(() => 1 / tokens.length), ...(floor && { ref_floor: floor }) }
  const { metrics } = await policy.gradients(batch, { ...targets, values }, pullObjective(options), {
    accumulate: true,
    seed,
  })
  return metrics.pull!
}
