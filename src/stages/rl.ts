import type { Policy, SamplingOptions } from '../../models/index.ts'
import type { Rubric } from '../../rubrics/index.ts'
import type { RewardModel } from '../judge/rewardModel.ts'
import { withScaffold } from '../prompts/message.ts'
import type { PromptRenderer } from '../prompts/renderer.ts'
import { type Random, seededRandom } from '../random.ts'
import { chooseGroups, type GroupOptions } from '../rollout/groups.ts'
import { type AnswerJudge, allOf, type JudgedText, judgeAnswer, judgeByVerifiers } from '../rollout/judgeAnswer.ts'
import { judgeMetrics } from '../rollout/judgeMetrics.ts'
import type { PreparedSample } from '../rollout/prepare.ts'
import type { Rollout, Shown } from '../rollout/rollout.ts'
import { rolloutMetrics } from '../rollout/rolloutMetrics.ts'
import { type Completion, sampleCompletions } from '../rollout/sample.ts'
import { type Algorithm, groupAdvantages } from '../update/advantages.ts'
import { type OverlongOptions, overlongPenalty } from '../update/overlong.ts'
import { type UpdateOptions, updatePolicy } from '../update/policyUpdate.ts'
import { shapedReward } from '../update/shapedReward.ts'

export { type Rollout, rolloutRecord, type Shown } from '../rollout/rollout.ts'
export { REFERENCE } from '../update/policyUpdate.ts'

export interface RlOptions extends UpdateOptions {
  /** Prompts a step. */
  readonly prompts: number
  /** Answers a prompt (G). */
  readonly group: number
  readonly sampling: Partial<SamplingOptions>
  readonly seed: number | string
  /** How rewards become advantages ('grpo'). */
  readonly algorithm?: Algorithm
  /** What happens to groups that teach nothing; left out, they are kept. */
  readonly groups?: GroupOptions
  /** What answers close to the limit lose; left out, nothing. */
  readonly overlong?: OverlongOptions | null
  /** Says how good each answer is beside its score, which it is shaped with; see `shapedReward`. Left out, nobody does. */
  readonly rewardModel?: { readonly model: RewardModel; readonly alpha: number }
  /** Rubric by which answers are scored and not trained: the reward-hacking watch. */
  readonly heldOut?: Rubric
  /** Decides the criteria that no verifier does; they are unknown without it, and worth 0. */
  readonly judge?: AnswerJudge
  /** The same for `heldOut`. */
  readonly heldOutJudge?: AnswerJudge
  /** When aborted while a judge is waited for, the step is given up and the weights stay as they are. */
  readonly signal?: AbortSignal
  /** Share of the rubric for answer `index` (0-based) of a group at `step` (1-based). */
  scaffold(rubric: Rubric, index: number, step: number, random: Random): Shown
  /** Further prompts of a step, where groups are resampled; `round` counts from 1. */
  more?(step: number, round: number): Promise<readonly PreparedSample[]>
}

export interface RlStep {
  /** Every answer that was sampled, in order. */
  readonly rollouts: readonly Rollout[]
  readonly metrics: Record<string, number>
}

const KEEP: GroupOptions = { whenUseless: 'keep', maxRounds: 1, minReward: null, maxReward: null }

/**
 * One step of rubric-scaffolded GRPO (RuscaRL, papers.md §1.5): answers are sampled under the scaffolded prompt, judged
 * on every criterion, and learned on the plain prompt. `step` is 1-based; everything random follows from seed and step.
 *
 * A judge decides about an answer as soon as it ends, while others are sampled.
 *
 * Where no group teaches anything and such groups are dropped, the weights stay as they are, and `loss` and the other
 * metrics of the update are left out.
 *
 * @throws JudgeError and BudgetSpent as the judge does; `signal.reason` when aborted while it is waited for
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
  const { group, groups = KEEP } = options
  const judged = judgeMetrics(options.judge?.judge)
  const rollouts: Rollout[] = []
  const seconds = { rollout: 0, judge: 0 }
  let asked = samples
  let round = 0
  let chosen: ReturnType<typeof chooseGroups>
  for (;;) {
    rollouts.push(...(await rollOut(policy, renderer, asked, options, step, random, seconds)))
    round++
    chosen = chooseGroups(rollouts, group, samples.length, groups)
    const enough = groups.whenUseless !== 'resample' || chosen.nUseful === samples.length
    if (enough || round >= groups.maxRounds || !options.more) break
    asked = await options.more(step, round)
  }
  const learnt = chosen.learnt.map((rollout, i) => ({ rollout, counts: i < chosen.nUseful * group }))
  const updateStarted = performance.now()
  const updated = chosen.nUseful > 0 ? await updatePolicy(policy, renderer, learnt, options, step) : {}
  const done = performance.now()
  const dropping = groups.whenUseless !== 'keep'
  return {
    rollouts,
    metrics: {
      ...rolloutMetrics(rollouts, group),
      ...judged(),
      ...(options.overlong ? { 'completions/overlong_penalty': meanPenalty(rollouts, options) } : {}),
      ...(dropping ? { 'groups/learnt': chosen.nUseful, 'groups/rounds': round } : {}),
      ...updated,
      'time/rollout': seconds.rollout,
      'time/judge': seconds.judge,
      'time/update': (done - updateStarted) / 1000,
      step_time: (done - started) / 1000,
    },
  }
}

/** Asks each sample G times, each with its share of the rubric, and judges the answers. */
async function rollOut(
  policy: Policy,
  renderer: PromptRenderer,
  samples: readonly PreparedSample[],
  options: RlOptions,
  step: number,
  random: Random,
  seconds: { rollout: number; judge: number },
): Promise<Rollout[]> {
  const started = performance.now()
  const { group } = options
  const shown = samples.map(({ rubric }) =>
    Array.from({ length: group }, (_, i) => options.scaffold(rubric, i, step, random)),
  )
  const asks = samples.flatMap((sample, s) =>
    shown[s]!.map(({ text }) => ({
      messages: withScaffold(sample.messages, text, options.scaffoldTurn),
      features: sample.features,
      seeds: [Math.floor(random() * 2 ** 32)],
    })),
  )
  const sampleOf = (i: number) => samples[Math.floor(i / group)]!
  const judging: Promise<JudgedText>[] = []
  const { judge, signal } = options
  const completions = await sampleCompletions(policy, renderer, asks, {
    maxNewTokens: options.maxCompletionTokens,
    sampling: options.sampling,
    ...(judge && {
      ...(signal && { signal }),
      onText(i: number, text: string) {
        judging[i] = judgeAnswer(sampleOf(i), text, judge, signal)
        judging[i].catch(() => {}) // thrown below
      },
    }),
  })
  if (judge) signal?.throwIfAborted()
  const rolledOut = performance.now()
  const judged = judge
    ? await allOf(judging)
    : completions.map(({ text }, i) => judgeByVerifiers(sampleOf(i).rubric, text))
  const modelRewards = await modelRewardsOf(completions, sampleOf, options)
  const rewards = judged.map(({ score }, i) => {
    const shaped = modelRewards ? shapedReward(modelRewards[i]!, score, options.rewardModel!.alpha) : score
    return shaped + penaltyOf(completions[i]!.completionIds.length, options)
  })
  const lengths = completions.map(({ completionIds }) => completionIds.length)
  const advantages = groupAdvantages(rewards, group, options.algorithm, lengths)
  const heldOutScores = await scoresHeldOut(completions, sampleOf, options)
  seconds.rollout += (rolledOut - started) / 1000
  seconds.judge += (performance.now() - rolledOut) / 1000
  return completions.map((completion, i) => ({
    sample: sampleOf(i),
    groupIndex: i % group,
    shown: shown[Math.floor(i / group)]![i % group]!,
    completion,
    verdicts: judged[i]!.verdicts,
    reward: rewards[i]!,
    advantage: advantages[i]!,
    ...(heldOutScores && { heldOutScore: heldOutScores[i]! }),
    ...(modelRewards && { modelReward: { reward: modelRewards[i]!, verified: judged[i]!.score } }),
  }))
}

/** What the reward model says of every answer; undefined where there is none. */
async function modelRewardsOf(
  completions: readonly Completion[],
  sampleOf: (i: number) => PreparedSample,
  { rewardModel }: RlOptions,
): Promise<number[] | undefined> {
  if (!rewardModel) return undefined
  const said = completions.map(({ text }, i) =>
    rewardModel.model.reward([...sampleOf(i).messages, { role: 'assistant', content: text }]),
  )
  return allOf(said)
}

/** Scores by the rubric that is not trained on; undefined where there is none. */
async function scoresHeldOut(
  completions: readonly Completion[],
  sampleOf: (i: number) => PreparedSample,
  { heldOut: rubric, heldOutJudge: judge, signal }: RlOptions,
): Promise<number[] | undefined> {
  if (!rubric) return undefined
  const judged = completions.map(async ({ text }, i) =>
    judge ? judgeAnswer({ ...sampleOf(i), rubric }, text, judge, signal) : judgeByVerifiers(rubric, text),
  )
  return (await allOf(judged)).map(({ score }) => score)
}

const penaltyOf = (nTokens: number, { overlong, maxCompletionTokens }: RlOptions): number =>
  overlong ? overlongPenalty(nTokens, maxCompletionTokens, overlong) : 0

const meanPenalty = (rollouts: readonly Rollout[], options: RlOptions): number =>
  rollouts.reduce((sum, { completion }) => sum + penaltyOf(completion.completionIds.length, options), 0) /
  rollouts.length
