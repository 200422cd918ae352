import type { AudioFeatures, Batch, Policy, Targets } from '../../models/index.ts'
import type { PromptRenderer } from '../prompts/renderer.ts'
import { inParts } from '../rollout/inParts.ts'
import { type RewardLossOptions, rewardLoss } from '../update/losses/reward/rewardLoss.ts'
import { applyGradients } from './applyGradients.ts'
import { learntBatch } from './diverged.ts'
import type { RankedAnswers } from './rankedAnswers.ts'
import type { SftOptions } from './sft.ts'

/** A ranking with the clips of its prompt. */
export interface PreparedRanking extends RankedAnswers {
  readonly features: readonly AudioFeatures[]
}

/** Where absolute scores lie: r̂ = (score − mean) / deviation. */
export interface ScoreScale {
  readonly mean: number
  readonly deviation: number
}

export interface RewardOptions extends SftOptions {
  readonly loss: RewardLossOptions
  readonly scale: ScoreScale
}

/** Answers of rankings as one batch; each is read by the state behind its last token. */
export function answersBatch(
  rankings: readonly PreparedRanking[],
  renderer: PromptRenderer,
): { batch: Batch; targets: Targets } {
  const clips = [...new Set(rankings.flatMap(({ features }) => features))]
  const sequences = rankings.flatMap(({ answers, features }) =>
    answers.map(({ messages }) => ({
      ids: renderer.conversation(messages, features).ids,
      audios: features.map((clip) => clips.indexOf(clip)),
    })),
  )
  const tokens = sequences.map(({ ids }, sequence) => ({ sequence, position: ids.length }))
  return { batch: { audios: clips, sequences }, targets: { tokens } }
}

/** Pairs (i, j) of a list of which i ranks above j. */
export function validPairs(answers: readonly { readonly order: number }[]): [number, number][] {
  return answers.flatMap((a, i) => answers.flatMap((b, j): [number, number][] => (a.order > b.order ? [[i, j]] : [])))
}

/** What the loss reads of every answer of some of a step's `nLists` lists; see {@link rewardLoss}. */
export function rewardValues(
  rankings: readonly Pick<RankedAnswers, 'answers'>[],
  nLists: number,
  loss: RewardLossOptions,
  { mean, deviation }: ScoreScale,
): Record<string, number[]> {
  const values: Record<string, number[]> = { list: [], order: [], pair_weight: [] }
  if (loss.pointwise > 0) Object.assign(values, { score: [], score_weight: [] })
  if (loss.centre > 0) Object.assign(values, { centre_weight: [], list_share: [] })
  for (const [l, { answers }] of rankings.entries()) {
    const pairWeight = 1 / (nLists * validPairs(answers).length)
    for (const [i, { order, score }] of answers.entries()) {
      values.list!.push(l + 1)
      values.order!.push(order)
      values.pair_weight!.push(pairWeight)
      values.score?.push(score === null ? 0 : (score - mean) / deviation)
      values.score_weight?.push(score === null ? 0 : 2 / (nLists * answers.length))
      values.centre_weight?.push(i === 0 ? 1 / nLists : 0)
      values.list_share?.push(2 / answers.length)
    }
  }
  return values
}

/**
 * One optimiser step of a reward model on rankings. `step` is 1-based.
 *
 * @throws Diverged when loss or gradient is no finite number
 */
export async function rewardStep(
  policy: Policy,
  renderer: PromptRenderer,
  rankings: readonly PreparedRanking[],
  options: RewardOptions,
  step: number,
): Promise<Record<string, number>> {
  const started = performance.now()
  const { loss, accumulation, scale } = options
  const objective = rewardLoss(loss)
  // Lists of like length share a part, so that little is padding.
  const length = ({ answers, features }: PreparedRanking) =>
    Math.max(...answers.map(({ messages }) => renderer.conversation(messages, features).ids.length))
  const byLength = rankings.map((ranking) => ({ ranking, n: length(ranking) })).sort((a, b) => a.n - b.n)
  const parts = inParts(
    byLength.map(({ ranking }) => ranking),
    accumulation,
  )
  const sums: Record<string, number> = {}
  const learnt: { ids: string[]; batch: Batch; targets: Targets }[] = []
  for (const [i, part] of parts.entries()) {
    const { batch, targets: plain } = answersBatch(part, renderer)
    const targets = { ...plain, values: rewardValues(part, rankings.length, loss, scale) }
    learnt.push({ ids: part.map(({ id }) => id), batch, targets })
    const { metrics } = await policy.gradients(batch, targets, objective, { accumulate: i > 0 })
    for (const [name, value] of Object.entries(metrics)) sums[name] = (sums[name] ?? 0) + value
  }
  const kept = () => learnt.map(({ ids, batch, targets }) => learntBatch(ids, batch, targets))
  const applied = await applyGradients(policy, options, step, sums.loss!, kept)
  return {
    ...sums,
    ...applied,
    num_tokens: learnt.reduce((sum, { batch }) => sum + batch.sequences.reduce((n, { ids }) => n + ids.length, 0), 0),
    step_time: (performance.now() - started) / 1000,
  }
}

/** Rewards of all answers, list by list. */
export async function rewardsOf(
  policy: Policy,
  renderer: PromptRenderer,
  rankings: readonly PreparedRanking[],
): Promise<number[][]> {
  const { batch, targets } = answersBatch(rankings, renderer)
  const rewards = await policy.scalars(batch, targets)
  let at = 0
  return rankings.map(({ answers }) => answers.map(() => rewards[at++]!))
}
