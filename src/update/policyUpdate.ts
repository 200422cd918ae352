import type { Batch, Policy, Targets } from '../../models/index.ts'
import { withScaffold } from '../prompts/message.ts'
import type { PromptRenderer } from '../prompts/renderer.ts'
import { inParts } from '../rollout/inParts.ts'
import type { Rollout } from '../rollout/rollout.ts'
import { checkFinite, learntBatch } from '../stages/diverged.ts'
import { dropoutSeed } from './dropoutSeed.ts'
import type { GrpoLossOptions } from './losses/grpo.ts'
import { type PolicyLossKind, policyLosses } from './losses/index.ts'
import { readsDistribution } from './losses/kl.ts'
import { type ValueLossOptions, withValueLoss } from './losses/valueLoss.ts'
import { addPull, type PulledSample, type PullOptions } from './pull.ts'
import { type OptimiserOptions, scheduledRate } from './schedule.ts'
import { type CreditOptions, type RewardKl, tokenCredit } from './tokenCredit.ts'
import { type Aggregation, tokenWeights } from './tokenWeights.ts'

/** Weights kept aside as the reference of the KL term. */
export const REFERENCE = 'ref/'

/** On which prompts the new and the old probability of an answer are taken. */
export const RATIOS = ['plain/plain', 'plain/scaffold', 'scaffold/scaffold'] as const
export type Ratio = (typeof RATIOS)[number]

export interface UpdateOptions extends OptimiserOptions {
  /** Optimiser steps a rollout; 1 keeps the ratio at exactly 1. */
  readonly minibatches: number
  readonly maxCompletionTokens: number
  readonly aggregation: Aggregation
  readonly loss: Omit<GrpoLossOptions, 'onPolicy'> & { readonly kind?: PolicyLossKind }
  /**
   * π(o|q) / π_old(o|q) ('plain/plain', RuscaRL's choice: what was written under the scaffold is learnt without it); with
   * the scaffold below (importance sampling as the textbook has it); or with it on both sides (papers.md §1.5).
   */
  readonly ratio?: Ratio
  /** How the scaffold joins a conversation's own system turn ('own'). */
  readonly scaffoldTurn?: 'own' | 'merged'
  /** Whether answers cut at the limit are learnt from ('learn'); 'skip' gives their tokens weight 0. */
  readonly cutAnswers?: 'learn' | 'skip'
  /** Words that the KL estimator `top-k` looks at (500, as Baichuan Alignment does). */
  readonly klTop?: number
  /** Answers a prompt, and how their rewards become advantages; read where these are made anew, with `rewardKl`. */
  readonly group?: number
  readonly algorithm?: CreditOptions['algorithm']
  /** The KL to the reference is taken off the reward; `loss.kl` is then 0. */
  readonly rewardKl?: RewardKl | undefined
  /** PPO: advantages against the values of the policy's own head, which is trained along. */
  readonly critic?: (NonNullable<CreditOptions['critic']> & ValueLossOptions) | undefined
  /** What holds the policy to what it could do before, one batch a minibatch. */
  readonly pull?:
    | (PullOptions & { samples(step: number, minibatch: number): Promise<readonly PulledSample[]> })
    | undefined
  /** What an adapter's dropout is drawn from, with the step ('0'). */
  readonly seed?: number | string
}

/** An answer to learn from; `counts` is false for one that fills its place in the batch and weighs nothing. */
export interface Learnt {
  readonly rollout: Rollout
  readonly counts: boolean
}

/** Gradient steps on the answers of one rollout; also measures how far sampler and trainer stand apart. */
export async function updatePolicy(
  policy: Policy,
  renderer: PromptRenderer,
  learnt: readonly Learnt[],
  options: UpdateOptions,
  step: number,
): Promise<Record<string, number>> {
  const { ratio = 'plain/plain', loss } = options
  const parts = inParts(learnt, options.minibatches)
  const onPolicy = parts.length === 1 && ratio !== 'plain/scaffold'
  const { rewardKl, critic, pull, klTop = 500 } = options
  const policyLoss = policyLosses[loss.kind ?? 'grpo'].build({ ...loss, onPolicy })
  const objective = critic ? withValueLoss(policyLoss, critic) : policyLoss
  const learningRate = scheduledRate(options, step)
  const batchesOn = (scaffolded: boolean) => parts.map((part) => answerBatch(part, renderer, options, scaffolded))
  const built = batchesOn(ratio === 'scaffold/scaffold')
  const builtOld = ratio === 'plain/scaffold' ? batchesOn(true) : built
  const old = onPolicy ? null : await inTurn(builtOld, ({ batch, targets }) => policy.logProbs(batch, targets))
  const exact = loss.kl > 0 && readsDistribution(loss.klEstimator)
  const byToken = rewardKl !== undefined && !readsDistribution(rewardKl.estimator)
  const reference =
    (loss.kl > 0 && !exact) || byToken
      ? await inTurn(built, ({ batch, targets }) => policy.logProbs(batch, targets, { prefix: REFERENCE }))
      : null

  const credited =
    critic || rewardKl
      ? await tokenCredit(
          policy,
          built.map((part, i) => ({ ...part, learnt: parts[i]! })),
          { group: options.group ?? 1, algorithm: options.algorithm ?? 'grpo', rewardKl, critic },
          {
            old: byToken ? await inTurn(built, ({ batch, targets }) => policy.logProbs(batch, targets)) : null,
            reference,
          },
          REFERENCE,
        )
      : null

  const sums: Record<string, number> = {}
  let gap: Gap = { worst: 0, total: 0, n: 0 }
  for (const [i, { batch, targets, weighed }] of built.entries()) {
    const part = parts[i]!
    const values: Record<string, ArrayLike<number>> = { ...targets.values }
    if (old) values.old_log_probs = old[i]!
    if (reference) values.ref_log_probs = reference[i]!
    if (credited) {
      const { advantages, oldValues, returns } = credited.credit[i]!
      Object.assign(values, { advantage: advantages, ...(returns && { return: returns, old_value: oldValues! }) })
    }
    if (exact) {
      const top = loss.klEstimator === 'top-k' ? klTop : undefined
      const kept = { prefix: REFERENCE, top }
      const floor = await policy.keepDistribution(batch, targets, 'ref_distribution', kept)
      if (floor) values.ref_floor = floor
    }
    const { metrics, logProbs } = await policy.gradients(batch, { ...targets, values }, objective, {
      seed: dropoutSeed(String(options.seed ?? 0), step, i),
    })
    if (pull) {
      const samples = await pull.samples(step, i)
      const seed = dropoutSeed(`${options.seed ?? 0}/pull`, step, i)
      const pulled = await addPull(policy, renderer, samples, pull, REFERENCE, seed)
      sums.pull = (sums.pull ?? 0) + pulled / parts.length
    }
    const { gradNorm } = await policy.update({
      step: (step - 1) * parts.length + i + 1,
      learningRate,
      weightDecay: options.weightDecay,
      maxGradNorm: options.maxGradNorm,
    })
    const sampleIds = part.map(({ rollout }) => rollout.sample.id)
    checkFinite({ loss: metrics.loss!, grad_norm: gradNorm }, () => [
      learntBatch(sampleIds, batch, { ...targets, values }),
    ])
    for (const [name, value] of Object.entries({ ...metrics, grad_norm: gradNorm })) {
      const isMean = name !== 'loss' && name !== 'grad_norm'
      sums[name] = (sums[name] ?? 0) + (isMean ? value / weighed : value) / parts.length
    }
    // Under dropout the trainer's probabilities are not those that were sampled from, and are not meant to be.
    if (old || !policy.adapter?.dropout) gap = widen(gap, part, old?.[i] ?? logProbs, ratio)
  }
  return {
    ...sums,
    ...credited?.metrics,
    'clip_ratio/region_mean': (sums['clip_ratio/low_mean'] ?? 0) + (sums['clip_ratio/high_mean'] ?? 0),
    learning_rate: learningRate,
    ...(gap.n > 0 ? { sampler_trainer_kl: gap.total / gap.n, max_logprob_diff: gap.worst } : {}),
  }
}

interface Gap {
  readonly worst: number
  readonly total: number
  readonly n: number
}

/** Compares log-probabilities where sampler and trainer saw the same prompt: with `plain/plain`, answers without a scaffold. */
function widen(gap: Gap, part: readonly Learnt[], logProbs: Float32Array, ratio: Ratio): Gap {
  let { worst, total, n } = gap
  let at = 0
  for (const { rollout } of part) {
    const { shown, completion } = rollout
    for (const [t, sampled] of completion.logProbs.entries()) {
      const difference = sampled - logProbs[at++]!
      if (completion.isOwn?.[t] === false) continue // nobody sampled it
      if (ratio === 'plain/plain' && shown.text !== null) continue
      worst = Math.max(worst, Math.abs(difference))
      total += difference
      n++
    }
  }
  return { worst, total, n }
}

/**
 * Answers put behind their prompts, plain or as they were asked, with what the loss reads of every sampled token.
 * `weighed` is the sum of the tokens' weights, where the aggregation does not make it 1.
 */
function answerBatch(
  part: readonly Learnt[],
  renderer: PromptRenderer,
  { aggregation, maxCompletionTokens, cutAnswers = 'learn', loss, scaffoldTurn }: UpdateOptions,
  scaffolded: boolean,
): { batch: Batch; targets: Targets; weighed: number } {
  const clips = [...new Set(part.flatMap(({ rollout }) => rollout.sample.features))]
  const learns = ({ rollout, counts }: Learnt) =>
    counts && !(cutAnswers === 'skip' && rollout.completion.finishReason === 'length')
  const nOwn = ({ completionIds, isOwn }: Rollout['completion']) =>
    isOwn ? isOwn.filter(Boolean).length : completionIds.length
  const lengths = part.map((one) => (learns(one) ? nOwn(one.rollout.completion) : 0))
  const weights = tokenWeights(lengths, aggregation, maxCompletionTokens)
  const tokens: { sequence: number; position: number }[] = []
  const values: Record<string, number[]> = { weight: [], advantage: [] }
  if (policyLosses[loss.kind ?? 'grpo'].bySequence) Object.assign(values, { sequence: [], inverse_length: [] })
  const sequences = part.map(({ rollout }, sequence) => {
    const { sample, completion, advantage, shown } = rollout
    const messages = withScaffold(sample.messages, scaffolded ? shown.text : null, scaffoldTurn)
    const promptIds = renderer.prompt(messages, sample.features)
    for (const i of completion.completionIds.keys()) {
      tokens.push({ sequence, position: promptIds.length + i })
      const own = completion.isOwn?.[i] ?? true
      values.weight!.push(own ? weights[sequence]! : 0)
      values.advantage!.push(advantage)
      values.sequence?.push(sequence)
      values.inverse_length?.push(own ? 1 / nOwn(completion) : 0)
    }
    return {
      ids: [...promptIds, ...completion.completionIds],
      audios: sample.features.map((clip) => clips.indexOf(clip)),
    }
  })
  const sumsTo1 = aggregation === 'token-mean' || aggregation === 'sequence-mean'
  const weighed = sumsTo1 ? 1 : weights.reduce((total, w, i) => total + w * lengths[i]!, 0) || 1
  return { batch: { audios: clips, sequences }, targets: { tokens, values }, weighed }
}

async function inTurn<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await run(item))
  return results
}
