import { readdirSync } from 'node:fs'
import path from 'node:path'
import type { RunFolder } from '../../../../src/index.ts'
import { readJsonLines } from '../../common/files.ts'
import { askedData, base, heldOutData } from '../base.ts'
import type { Experiment } from '../experiment.ts'
import { figureAbove, figureAtMost, scoresAbove } from '../orderings.ts'
import { differing, RL } from '../reinforcement.ts'
import { rewardRun } from './voting.ts'

/** The verifier's reward alone, or shaped by a reward model: σ(0.5·r_m) + r_v − 1. */
export const shaped: Experiment = {
  id: 'shaped',
  title: 'Shaped against raw reward',
  paper: 'Qwen2.5-Math, arXiv 2409.12122',
  about: `GRPO, ${RL.steps} steps of 64 answers on hard problems (5 to 7 letters), where many groups have no right answer: with the verifier's 0 or 1 alone, and shaped by a reward model.`,
  file: import.meta.url,
  async run(suite) {
    const model = await base(suite)
    const reward = await rewardRun(suite)
    const hard = { lengths: [5, 7] } as const
    const data = askedData(suite, 240, hard)
    const held = heldOutData(suite, 180, hard)
    const arm = (name: string, own: object) => suite.train({ name, model, data, stages: [{ rl: { ...RL, ...own } }] })
    const raw = await arm('raw', {})
    const spoken = await arm('shaped', { reward_model: { model: path.join(reward.path, 'reward-model'), alpha: 0.5 } })
    const rollouts = rolloutsOf(spoken)
    const of = (score: number) => rollouts.filter((one) => one.score === score).map((one) => one.reward)
    const [wrong, right] = [of(0), of(1)]
    return {
      figures: {
        'wrong over right': wrong.length > 0 && right.length > 0 ? Math.max(...wrong) - Math.min(...right) : null,
        'groups that differ, raw': differing(raw),
        'groups that differ, shaped': differing(spoken),
      },
      scores: {
        base: await suite.scores(model, held),
        raw: await suite.scores(raw.path, held),
        shaped: await suite.scores(spoken.path, held),
      },
    }
  },
  claims: (outcomes) => [
    figureAtMost(
      'no wrong answer has a higher reward than a right one (highest wrong less lowest right)',
      outcomes,
      'wrong over right',
      0,
    ),
    figureAbove('more groups teach something', outcomes, 'groups that differ, shaped', 'groups that differ, raw'),
    scoresAbove('the shaped reward learns at least as much (less 0.02)', outcomes, 'shaped', 'raw', { margin: 0.02 }),
    scoresAbove('either learns', outcomes, 'raw', 'base'),
  ],
}

interface Rollout {
  readonly reward: number
  /** What the verifier gave, which the reward model shaped. */
  readonly score?: number
}

const rolloutsOf = (run: RunFolder): Rollout[] =>
  readdirSync(path.join(run.path, 'rollouts')).flatMap((file) =>
    readJsonLines<Rollout>(path.join(run.path, 'rollouts', file)),
  )
