import type { Verdict } from '../../rubrics/index.ts'
import { plainText } from '../prompts/message.ts'
import type { RolloutRecord } from '../runs/index.ts'
import type { PreparedSample } from './prepare.ts'
import type { Completion } from './sample.ts'

/** The part of a rubric that one rollout is shown. */
export interface Shown {
  readonly ratio: number
  readonly criterionIds: readonly string[]
  /** The system turn that shows it; null leaves the prompt plain. */
  readonly text: string | null
}

/** One answer with everything the run remembers of it. */
export interface Rollout {
  readonly sample: PreparedSample
  readonly groupIndex: number
  readonly shown: Shown
  readonly completion: Completion
  readonly verdicts: readonly Verdict[]
  /** Score by the rubric, shaped where a reward model speaks along, and what an over-long answer loses. */
  readonly reward: number
  readonly advantage: number
  /** Score by a rubric that is not trained on, where one is named and could decide. */
  readonly heldOutScore?: number
  /** What a reward model gave, and the score that it was shaped with. */
  readonly modelReward?: { readonly reward: number; readonly verified: number }
}

/** A rollout as the run folder keeps it. */
export const rolloutRecord = ({
  sample,
  groupIndex,
  shown,
  completion,
  verdicts,
  reward,
  advantage,
  modelReward,
}: Rollout): RolloutRecord => ({
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
  ...(modelReward && { model_reward: modelReward.reward, score: modelReward.verified }),
})
