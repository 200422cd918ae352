import type { Judge } from './judge.ts'
import { createMeter } from './meter.ts'
import { openRewardModel, type RewardModelOptions } from './rewardModel.ts'

export interface RewardModelJudgeOptions extends RewardModelOptions {
  /** Share σ(r) from which a criterion is met (0.5, a reward of 0). */
  readonly threshold?: number
}

/**
 * A reward model as a judge like any other: it looks at the answer as a whole, so all criteria that it is asked about are
 * met together, where σ(r) reaches the threshold; the reason names r. A recording without a transcript stays unknown.
 *
 * What r is good for beyond yes and no, `rl` reads itself: see `shapedReward`.
 *
 * @throws UsageError when the model gives no rewards
 */
export async function rewardModelJudge({ threshold = 0.5, ...options }: RewardModelJudgeOptions): Promise<Judge> {
  const model = await openRewardModel(options)
  const meter = createMeter()
  return {
    name: `${options.model} (reward)`,
    async judge({ messages, answer, criteria }, { signal } = {}) {
      signal?.throwIfAborted()
      const unknown = (reason: string) => criteria.map(({ id }) => ({ criterionId: id, met: null, reason }))
      if (criteria.length === 0) return []
      const started = performance.now()
      meter.called()
      const { text } = answer
      const verdicts =
        text === undefined
          ? unknown('the reward model reads words, and the answer has none')
          : await model.reward([...messages, { role: 'assistant', content: text }]).then((reward) => {
              const share = 1 / (1 + Math.exp(-reward))
              const reason = `reward ${reward.toFixed(3)}, σ ${share.toFixed(3)}, asked ${threshold}`
              return criteria.map(({ id }) => ({ criterionId: id, met: share >= threshold, reason }))
            })
      signal?.throwIfAborted()
      meter.replied((performance.now() - started) / 1000, { text: '', promptTokens: null, completionTokens: null })
      for (const { met } of verdicts) meter.decided(met)
      return verdicts
    },
    metrics: () => meter.read(null),
    close: () => model.close(),
  }
}
