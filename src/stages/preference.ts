import type { AudioFeatures, Batch, Policy, Targets } from '../../models/index.ts'
import type { Message } from '../prompts/message.ts'
import type { PromptRenderer } from '../prompts/renderer.ts'
import { inParts } from '../rollout/inParts.ts'
import { dropoutSeed } from '../update/dropoutSeed.ts'
import {
  type PreferenceLossKind,
  type PreferenceLossOptions,
  preferenceLosses,
} from '../update/losses/preference/index.ts'
import { applyGradients } from './applyGradients.ts'
import { learntBatch } from './diverged.ts'
import type { PreferencePair } from './preferencePairs.ts'
import type { SftOptions } from './sft.ts'

export interface PreferenceOptions extends SftOptions {
  readonly loss: PreferenceLossOptions & { readonly kind: PreferenceLossKind }
}

/** A pair with its clips, and, for KTO, another pair whose answers do not belong to this prompt. */
export interface PreparedPair extends PreferencePair {
  readonly features: readonly AudioFeatures[]
  readonly mismatched?: PreferencePair
}

/** Log-probabilities of whole answers by the reference, sums in nats: chosen, rejected, and for KTO the mismatched two. */
export type ReferenceLogProbs = readonly number[]

/** An answer behind its prompt, and which of its tokens are the answer's. */
interface Answer {
  readonly ids: readonly number[]
  readonly positions: readonly number[]
  readonly features: readonly AudioFeatures[]
}

function answersOf(renderer: PromptRenderer, pair: PreparedPair, kind: PreferenceLossKind): Answer[] {
  const { messages, rejected, nPrompt, mismatched, features } = pair
  const prompt = messages.slice(0, nPrompt)
  const promptLength = renderer.prompt(prompt, features).length
  const answer = (conversation: readonly Message[]): Answer => {
    const { ids, isAssistant } = renderer.conversation(conversation, features)
    const positions = [...ids.keys()].filter((at) => isAssistant[at] && at >= promptLength)
    if (positions.length === 0) throw new Error(`internal: an answer of "${pair.id}" has no token`)
    return { ids, positions, features }
  }
  const own = [answer(messages), answer(rejected)]
  if (kind !== 'kto' || !mismatched) return own
  const behind = (other: readonly Message[]) => answer([...prompt, ...other.slice(mismatched.nPrompt)])
  return [...own, behind(mismatched.messages), behind(mismatched.rejected)]
}

function batchOf(answers: readonly Answer[]): { batch: Batch; targets: Targets } {
  const clips = [...new Set(answers.flatMap(({ features }) => features))]
  const sequences = answers.map(({ ids, features }) => ({ ids, audios: features.map((clip) => clips.indexOf(clip)) }))
  const tokens = answers.flatMap(({ positions }, sequence) => positions.map((position) => ({ sequence, position })))
  return { batch: { audios: clips, sequences }, targets: { tokens } }
}

/** Log-probability of every answer, the sum over its tokens. */
async function sumsOf(policy: Policy, answers: readonly Answer[], prefix = ''): Promise<number[]> {
  const { batch, targets } = batchOf(answers)
  const sums = answers.map(() => 0)
  for (const [i, logProb] of (await policy.logProbs(batch, targets, { prefix })).entries()) {
    sums[targets.tokens[i]!.sequence]! += logProb
  }
  return sums
}

/**
 * What the policy, as it is now, says of the answers of these pairs; kept as the reference, it is computed once. With
 * `prefix`, what the weights say that a snapshot keeps under it.
 */
export async function referenceLogProbs(
  policy: Policy,
  renderer: PromptRenderer,
  pairs: readonly PreparedPair[],
  kind: PreferenceLossKind,
  prefix = '',
): Promise<ReferenceLogProbs[]> {
  const answers = pairs.map((pair) => answersOf(renderer, pair, kind))
  const sums = await sumsOf(policy, answers.flat(), prefix)
  let at = 0
  return answers.map((own) => own.map(() => sums[at++]!))
}

/**
 * One optimiser step on pairs of answers. `reference` holds what {@link referenceLogProbs} gave at the start of the stage,
 * by id; losses without a reference do not read it. `step` is 1-based.
 *
 * @throws Diverged when loss or gradient is no finite number
 */
export async function preferenceStep(
  policy: Policy,
  renderer: PromptRenderer,
  pairs: readonly PreparedPair[],
  reference: ReadonlyMap<string, ReferenceLogProbs>,
  options: PreferenceOptions,
  step: number,
): Promise<Record<string, number>> {
  const started = performance.now()
  const { loss, accumulation } = options
  const { build, hasReference } = preferenceLosses[loss.kind]
  const { kind: _, ...lossOptions } = loss
  const objective = build(lossOptions)
  const rendered = pairs.map((pair) => ({ pair, answers: answersOf(renderer, pair, loss.kind) }))
  const lengthOf = ({ answers }: (typeof rendered)[number]) => Math.max(...answers.map(({ ids }) => ids.length))
  rendered.sort((a, b) => lengthOf(a) - lengthOf(b)) // pairs of like length share a part, so that little is padding
  const parts = inParts(rendered, accumulation).filter((part) => part.length > 0)
  const nChosen = rendered.reduce((sum, { answers }) => sum + answers[0]!.positions.length, 0)

  let kl = 0
  if (loss.kind === 'kto') {
    for (const part of parts) {
      const now = await sumsOf(
        policy,
        part.flatMap(({ answers }) => answers.slice(2)),
      )
      const then = part.flatMap(({ pair }) => reference.get(pair.id)!.slice(2))
      kl += now.reduce((sum, logProb, i) => sum + logProb - then[i]!, 0) / (2 * pairs.length)
    }
    kl = Math.max(0, kl)
  }

  const sums: Record<string, number> = {}
  const learnt: { ids: string[]; batch: Batch; targets: Targets }[] = []
  for (const [i, part] of parts.entries()) {
    const { batch, targets: plain } = batchOf(part.flatMap(({ answers }) => answers.slice(0, 2)))
    const values: Record<string, number[]> = { pair: [], chosen_share: [], rejected_share: [] }
    if (loss.sft > 0) values.sft_weight = []
    const slots = () => plain.tokens.map(() => 0)
    values.pair_weight = slots()
    if (hasReference) Object.assign(values, { ref_chosen: slots(), ref_rejected: slots() })
    for (const [p, { pair, answers }] of part.entries()) {
      values.pair_weight[p] = 1 / pairs.length
      for (const [side, { positions }] of answers.slice(0, 2).entries()) {
        const share = loss.lengthNormalised ? 1 / positions.length : 1
        if (hasReference) {
          values[side === 0 ? 'ref_chosen' : 'ref_rejected']![p] = share * reference.get(pair.id)![side]!
        }
        for (const _ of positions) {
          values.pair!.push(p)
          values.chosen_share!.push(side === 0 ? share : 0)
          values.rejected_share!.push(side === 1 ? share : 0)
          values.sft_weight?.push(side === 0 ? 1 / nChosen : 0)
        }
      }
    }
    const targets = { ...plain, values, ...(loss.kind === 'kto' ? { numbers: { kl } } : {}) }
    learnt.push({ ids: part.map(({ pair }) => pair.id), batch, targets })
    const { metrics } = await policy.gradients(batch, targets, objective, {
      accumulate: i > 0,
      seed: dropoutSeed(options.seed ?? '0', step, i),
    })
    for (const [name, value] of Object.entries(metrics)) sums[name] = (sums[name] ?? 0) + value
  }
  const kept = () => learnt.map(({ ids, batch, targets }) => learntBatch(ids, batch, targets))
  const applied = await applyGradients(policy, options, step, sums.loss!, kept)
  return {
    ...sums,
    ...(loss.kind === 'kto' ? { kl } : {}),
    ...applied,
    num_tokens: learnt.reduce((sum, { targets }) => sum + targets.tokens.length, 0),
    step_time: (performance.now() - started) / 1000,
  }
}
