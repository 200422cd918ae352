import type { Policy, SamplingOptions } from '../../models/index.ts'
import type { RewardModel } from '../judge/rewardModel.ts'
import type { PromptRenderer } from '../prompts/renderer.ts'
import { seededRandom } from '../random.ts'
import { inParts } from '../rollout/inParts.ts'
import { type AnswerJudge, allOf, judgeAnswer, judgeByVerifiers } from '../rollout/judgeAnswer.ts'
import type { PreparedSample } from '../rollout/prepare.ts'
import type { Rollout } from '../rollout/rollout.ts'
import { rolloutMetrics } from '../rollout/rolloutMetrics.ts'
import { sampleCompletions } from '../rollout/sample.ts'
import { REFERENCE } from '../update/policyUpdate.ts'
import { type PreferenceOptions, type PreparedPair, preferenceStep, referenceLogProbs } from './preference.ts'

/** How two answers of a group become a pair. */
export const PAIRINGS = ['best-worst', 'pass-fail'] as const

export interface OnlinePreferenceOptions extends PreferenceOptions {
  /** Answers a prompt. */
  readonly group: number
  readonly maxCompletionTokens: number
  readonly sampling: Partial<SamplingOptions>
  /**
   * `best-worst`: the answers of the highest and of the lowest reward (Qwen2's online DPO, arXiv 2407.10671, §4.3);
   * `pass-fail`: one that passes, whose score is 1 or more, and one that does not (Qwen2.5, arXiv 2412.15115, §4.2), both the
   * first of their kind.
   */
  readonly pairs: (typeof PAIRINGS)[number]
  /** Least difference of the rewards of a pair. */
  readonly minGap: number
  readonly judge?: AnswerJudge
  /** Orders answers in place of their scores; `pass-fail` asks the score all the same whether one passes. */
  readonly rewardModel?: RewardModel
  readonly signal?: AbortSignal
}

/**
 * One step of online preference learning: answers are sampled from the policy as it is, scored by their rubrics or by a
 * reward model, two of each prompt become a pair, and the pairs are learnt by a preference loss. `step` is 1-based.
 *
 * Where no two answers differ, the weights stay as they are, and the metrics of the update are left out.
 */
export async function onlinePreferenceStep(
  policy: Policy,
  renderer: PromptRenderer,
  samples: readonly PreparedSample[],
  options: OnlinePreferenceOptions,
  step: number,
): Promise<{ rollouts: Rollout[]; metrics: Record<string, number> }> {
  const started = performance.now()
  const rollouts = await rollOut(policy, renderer, samples, options, step)
  const rolledOut = performance.now()
  const groups = inParts(rollouts, samples.length)
  const chosen = groups.map((group) => pairOf(group, options)).filter((pair) => pair !== null)
  const pairs = chosen.map(([better, worse], i): PreparedPair => {
    const { sample } = better
    const answered = ({ completion }: Rollout) =>
      [...sample.messages, { role: 'assistant', content: completion.text }] as const
    return {
      id: `${sample.id}/${i}`,
      nPrompt: sample.messages.length,
      messages: answered(better),
      rejected: answered(worse),
      features: sample.features,
    }
  })
  const gaps = chosen.map(([better, worse]) => better.reward - worse.reward)
  const updated = pairs.length > 0 ? await learn(policy, renderer, pairs, options, step) : {}
  return {
    rollouts,
    metrics: {
      ...rolloutMetrics(rollouts, options.group),
      'pairs/learnt': pairs.length,
      ...(gaps.length > 0 && { 'pairs/gap': gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length }),
      ...updated,
      'time/rollout': (rolledOut - started) / 1000,
      'time/update': (performance.now() - rolledOut) / 1000,
      step_time: (performance.now() - started) / 1000,
    },
  }
}

async function learn(
  policy: Policy,
  renderer: PromptRenderer,
  pairs: readonly PreparedPair[],
  options: OnlinePreferenceOptions,
  step: number,
): Promise<Record<string, number>> {
  const { kind } = options.loss
  const found = await referenceLogProbs(policy, renderer, pairs, kind, REFERENCE)
  const reference = new Map(pairs.map(({ id }, i) => [id, found[i]!]))
  return preferenceStep(policy, renderer, pairs, reference, options, step)
}

async function rollOut(
  policy: Policy,
  renderer: PromptRenderer,
  samples: readonly PreparedSample[],
  { group, maxCompletionTokens, sampling, judge, rewardModel, signal, seed }: OnlinePreferenceOptions,
  step: number,
): Promise<Rollout[]> {
  const random = seededRandom(`${seed}/online/${step}`)
  const asks = samples.map(({ messages, features }) => ({
    messages,
    features,
    seeds: Array.from({ length: group }, () => random.integer(2 ** 32)),
  }))
  const completions = await sampleCompletions(policy, renderer, asks, { maxNewTokens: maxCompletionTokens, sampling })
  signal?.throwIfAborted()
  const judged = await allOf(
    completions.map(async ({ ask, text }) => {
      const sample = samples[ask]!
      return judge ? judgeAnswer(sample, text, judge, signal) : judgeByVerifiers(sample.rubric, text)
    }),
  )
  const said =
    rewardModel &&
    (await allOf(
      completions.map(({ ask, text }) =>
        rewardModel.reward([...samples[ask]!.messages, { role: 'assistant', content: text }]),
      ),
    ))
  return completions.map((completion, i): Rollout => {
    const { verdicts, score } = judged[i]!
    return {
      sample: samples[completion.ask]!,
      groupIndex: i % group,
      shown: { ratio: 0, criterionIds: [], text: null },
      completion,
      verdicts,
      reward: said ? said[i]! : score,
      advantage: 0,
      ...(said && { modelReward: { reward: said[i]!, verified: score } }),
    }
  })
}

/** The better and the worse answer of a group; null where none is better, or both say the same. */
export function pairOf(
  group: readonly Rollout[],
  { pairs, minGap }: Pick<OnlinePreferenceOptions, 'pairs' | 'minGap'>,
): readonly [Rollout, Rollout] | null {
  const said = group.filter(({ completion }) => completion.text !== '')
  const passes = ({ reward, modelReward }: Rollout) => (modelReward?.verified ?? reward) >= 1
  const byReward = [...said].sort((a, b) => b.reward - a.reward)
  const [better, worse] =
    pairs === 'best-worst'
      ? [byReward[0], byReward.at(-1)]
      : [said.find(passes), said.find((rollout) => !passes(rollout))]
  if (!better || !worse || better.completion.text === worse.completion.text) return null
  const gap = better.reward - worse.reward
  if (pairs === 'best-worst' && !(gap > 0)) return null
  return gap >= minGap ? [better, worse] : null
}
