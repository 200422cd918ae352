import type { Batch, Policy, SamplingOptions, Schedule } from '../../models/index.ts'
import { learningRateAt } from '../../models/index.ts'
import type { Rubric, Verdict } from '../../rubrics/index.ts'
import { criterionRates, judgeByVerifiers } from '../evaluate.ts'
import { plainText, withScaffold } from '../prompts/message.ts'
import type { PromptRenderer } from '../prompts/renderer.ts'
import { type Random, seededRandom } from '../random.ts'
import type { PreparedSample } from '../rollout/prepare.ts'
import { type Completion, sampleCompletions } from '../rollout/sample.ts'
import { groupAdvantages, moments } from '../update/advantages.ts'
import { type GrpoLossOptions, grpoLoss } from '../update/losses/grpo.ts'
import { type Aggregation, tokenWeights } from '../update/tokenWeights.ts'
import { checkFinite, learntBatch } from './diverged.ts'

/** The part of a rubric that one rollout is shown. */
export interface Shown {
  readonly ratio: number
  readonly criterionIds: readonly string[]
  readonly text: string | null
}

export interface RlOptions {
  readonly steps: number
  /** Prompts a step. */
  readonly prompts: number
  /** Answers a prompt (G). */
  readonly group: number
  readonly learningRate: number
  readonly warmupSteps: number
  readonly schedule: Schedule
  readonly minLearningRate: number
  readonly weightDecay: number
  readonly maxGradNorm: number
  /** Optimiser steps a rollout; 1 keeps the ratio at exactly 1. */
  readonly minibatches: number
  readonly maxCompletionTokens: number
  readonly sampling: Partial<SamplingOptions>
  readonly aggregation: Aggregation
  readonly loss: Omit<GrpoLossOptions, 'onPolicy'>
  readonly seed: number | string
  /** Share of the rubric for answer `index` (0-based) of a group at `step` (1-based). */
  scaffold(rubric: Rubric, index: number, step: number, random: Random): Shown
}

/** One answer with everything the run remembers of it. */
export interface Rollout {
  readonly sample: PreparedSample
  readonly groupIndex: number
  readonly shown: Shown
  readonly completion: Completion
  readonly verdicts: readonly Verdict[]
  readonly reward: number
  readonly advantage: number
}

export interface RlStep {
  readonly rollouts: readonly Rollout[]
  readonly metrics: Record<string, number>
}

/** Weights kept aside as the reference of the KL term. */
export const REFERENCE = 'ref/'

/**
 * One step of rubric-scaffolded GRPO (RuscaRL, papers.md §1.5): answers are sampled under the scaffolded prompt, judged
 * on every criterion, and learned on the plain prompt. `step` is 1-based; everything random follows from seed and step.
 */
export async function rlStep(
  policy: Policy,
  renderer: PromptRenderer,
  samples: readonly PreparedSample[],
  options: RlOptions,
  step: number,
): Promise<RlStep> {
  const started = performance.now()
  const random = seededRandom(`${options.seed}/rl/${step}`)
  const { group } = options

  const shown = samples.map(({ rubric }) =>
    Array.from({ length: group }, (_, i) => options.scaffold(rubric, i, step, random)),
  )
  const asks = samples.flatMap((sample, s) =>
    shown[s]!.map(({ text }) => ({
      messages: withScaffold(sample.messages, text),
      features: sample.features,
      seeds: [Math.floor(random() * 2 ** 32)],
    })),
  )
  const completions = await sampleCompletions(policy, renderer, asks, {
    maxNewTokens: options.maxCompletionTokens,
    sampling: options.sampling,
  })
  const rolledOut = performance.now()

  const judged = completions.map((completion, i) =>
    judgeByVerifiers(samples[Math.floor(i / group)]!.rubric, completion.text),
  )
  const rewards = judged.map(({ score }) => score)
  const advantages = groupAdvantages(rewards, group)
  const rollouts = completions.map(
    (completion, i): Rollout => ({
      sample: samples[Math.floor(i / group)]!,
      groupIndex: i % group,
      shown: shown[Math.floor(i / group)]![i % group]!,
      completion,
      verdicts: judged[i]!.verdicts,
      reward: rewards[i]!,
      advantage: advantages[i]!,
    }),
  )
  const judgedAt = performance.now()

  const updated = await update(policy, renderer, rollouts, options, step)
  const done = performance.now()
  return {
    rollouts,
    metrics: {
      ...rolloutMetrics(rollouts, group),
      ...updated,
      'time/rollout': (rolledOut - started) / 1000,
      'time/judge': (judgedAt - rolledOut) / 1000,
      'time/update': (done - judgedAt) / 1000,
      step_time: (done - started) / 1000,
    },
  }
}

/** Gradient steps on the plain prompts; also measures how far sampler and trainer stand apart. */
async function update(
  policy: Policy,
  renderer: PromptRenderer,
  rollouts: readonly Rollout[],
  options: RlOptions,
  step: number,
) {
  const parts = split(rollouts, options.minibatches)
  const onPolicy = parts.length === 1
  const objective = grpoLoss({ ...options.loss, onPolicy })
  const learningRate = learningRateAt(step - 1, options.steps, {
    peak: options.learningRate,
    floor: options.minLearningRate,
    warmupSteps: options.warmupSteps,
    schedule: options.schedule,
  })
  const built = parts.map((part) => plainBatch(part, renderer, options.aggregation))
  const old = onPolicy ? null : await inTurn(built, ({ batch, targets }) => policy.logProbs(batch, targets))
  const reference =
    options.loss.kl > 0
      ? await inTurn(built, ({ batch, targets }) => policy.logProbs(batch, targets, { prefix: REFERENCE }))
      : null

  const sums: Record<string, number> = {}
  let gap: Gap = { worst: 0, total: 0, n: 0 }
  for (const [i, { batch, targets, part }] of built.entries()) {
    const values: Record<string, ArrayLike<number>> = { ...targets.values }
    if (old) values.old_log_probs = old[i]!
    if (reference) values.ref_log_probs = reference[i]!
    const { metrics, logProbs } = await policy.gradients(batch, { ...targets, values }, objective)
    const { gradNorm } = await policy.update({
      step: (step - 1) * parts.length + i + 1,
      learningRate,
      weightDecay: options.weightDecay,
      maxGradNorm: options.maxGradNorm,
    })
    const sampleIds = part.map(({ sample }) => sample.id)
    checkFinite({ loss: metrics.loss!, grad_norm: gradNorm }, () => [
      learntBatch(sampleIds, batch, { ...targets, values }),
    ])
    for (const [name, value] of Object.entries({ ...metrics, grad_norm: gradNorm })) {
      sums[name] = (sums[name] ?? 0) + value / parts.length
    }
    gap = widen(gap, part, old?.[i] ?? logProbs)
  }
  return {
    ...sums,
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

/** Compares log-probabilities where sampler and trainer saw the same prompt: answers without a scaffold. */
function widen(gap: Gap, part: readonly Rollout[], logProbs: Float32Array): Gap {
  let { worst, total, n } = gap
  let at = 0
  for (const { shown, completion } of part) {
    for (const sampled of completion.logProbs) {
      const difference = sampled - logProbs[at++]!
      if (shown.text !== null) continue
      worst = Math.max(worst, Math.abs(difference))
      total += difference
      n++
    }
  }
  return { worst, total, n }
}

/** Answers put behind the plain prompt, with the weight and advantage of every sampled token. */
function plainBatch(part: readonly Rollout[], renderer: PromptRenderer, aggregation: Aggregation) {
  const clips = [...new Set(part.flatMap(({ sample }) => sample.features))]
  const weights = tokenWeights(
    part.map(({ completion }) => completion.completionIds.length),
    aggregation,
  )
  const tokens: { sequence: number; position: number }[] = []
  const weight: number[] = []
  const advantage: number[] = []
  const sequences = part.map(({ sample, completion, advantage: a }, sequence) => {
    const promptIds = renderer.prompt(sample.messages, sample.features)
    for (const i of completion.completionIds.keys()) {
      tokens.push({ sequence, position: promptIds.length + i })
      weight.push(weights[sequence]!)
      advantage.push(a)
    }
    return {
      ids: [...promptIds, ...completion.completionIds],
      audios: sample.features.map((clip) => clips.indexOf(clip)),
    }
  })
  const batch: Batch = { audios: clips, sequences }
  return { part, batch, targets: { tokens, values: { weight, advantage } } }
}

function rolloutMetrics(rollouts: readonly Rollout[], group: number): Record<string, number> {
  const rewards = rollouts.map(({ reward }) => reward)
  const groups = split(rollouts, rollouts.length / group).map((part) => moments(part.map(({ reward }) => reward)))
  const lengths = rollouts.map(({ completion }) => completion.completionIds.length)
  const mean = (values: readonly number[]) => moments(values).mean
  const plain = rollouts.filter(({ shown }) => shown.text === null).map(({ reward }) => reward)
  const aided = rollouts.filter(({ shown }) => shown.text !== null).map(({ reward }) => reward)
  const cut = rollouts.filter(({ completion }) => completion.finishReason === 'length').length
  const rates = criterionRates(rollouts.map(({ sample, verdicts }) => ({ rubric: sample.rubric, verdicts })))
  return {
    reward: mean(rewards),
    reward_std: mean(groups.map(({ deviation }) => deviation)),
    frac_reward_zero_std: groups.filter(({ deviation }) => deviation === 0).length / groups.length,
    ...(plain.length > 0 ? { 'reward/plain': mean(plain) } : {}),
    ...(aided.length > 0 ? { 'reward/scaffolded': mean(aided) } : {}),
    'completions/mean_length': mean(lengths),
    'completions/max_length': Math.max(...lengths),
    'completions/clipped_ratio': cut / rollouts.length,
    'completions/empty_ratio': rollouts.filter(({ completion }) => completion.text === '').length / rollouts.length,
    num_tokens: lengths.reduce((total, n) => total + n, 0),
    'scaffold/ratio': mean(rollouts.map(({ shown }) => shown.ratio)),
    ...Object.fromEntries(rates.map(({ group: name, pass_rate }) => [`rubric/${name}/pass`, pass_rate])),
  }
}

/** A rollout as the run folder keeps it. */
export const rolloutRecord = ({ sample, groupIndex, shown, completion, verdicts, reward, advantage }: Rollout) => ({
  sample_id: sample.id,
  group_index: groupIndex,
  audio: sample.paths,
  prompt: plainText(sample.messages),
  scaffold: { ratio: shown.ratio, shown: shown.criterionIds, text: shown.text },
  completion: completion.text,
  verdicts,
  reward,
  advantage,
  n_tokens: completion.completionIds.length,
  finish_reason: completion.finishReason,
})

function split<T>(items: readonly T[], nParts: number): T[][] {
  const size = Math.ceil(items.length / nParts)
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
}

async function inTurn<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await run(item))
  return results
}
