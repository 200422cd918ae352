import { compareAnswers, openRewardModel, votingScores } from '../../../../src/index.ts'
import type { AnsweredProblem } from '../../../../src/selfImprove/index.ts'
import { readJsonLines } from '../../common/files.ts'
import { askedData, base, heldOutData } from '../base.ts'
import type { Experiment, Suite } from '../experiment.ts'
import { figureAbove } from '../orderings.ts'
import { MAX_TOKENS } from '../suite.ts'

const REWARD = { epochs: 6, batch: 16, optimiser: 'muon', learning_rate: 1e-3, test_share: 0.1 }
const N = 16

/** A reward model of the seed: trained on six judged answers of the base to each of 400 problems. Returns its run. */
export async function rewardRun(suite: Suite) {
  const model = await base(suite)
  const data = askedData(suite, 400)
  const options = { model, data, form: 'lists' as const, samples: 6, maxTokens: MAX_TOKENS, seed: suite.seed }
  const lists = await suite.made('lists.jsonl', options, (out) => compareAnswers({ ...options, out }))
  return suite.train({ name: 'reward', model, data: lists, stages: [{ reward: REWARD }] })
}

/** One of sixteen answers, chosen by reward, by majority, or the greedy one. */
export const voting: Experiment = {
  id: 'voting',
  title: 'RM@N, maj@N, greedy',
  paper: 'Qwen2.5-Math, arXiv 2409.12122',
  about: `The base answers 150 held-out problems ${N} times each (temperature 1). A reward model trained on six judged answers to each of 400 other problems chooses one, or the majority does.`,
  file: import.meta.url,
  async run(suite) {
    const model = await base(suite)
    const reward = await rewardRun(suite)
    const data = heldOutData(suite, 150)
    const options = { model, data, form: 'lists' as const, samples: N, maxTokens: MAX_TOKENS, seed: suite.seed }
    const lists = await suite.made('sampled.jsonl', options, (out) => compareAnswers({ ...options, out }))
    const answered = readJsonLines<AnsweredProblem>(`${lists}.answers.jsonl`)
    const questions = readJsonLines<{ messages: { role: 'user'; content: string }[] }>(data)
    suite.say('rewards')
    const judge = await openRewardModel({ model: reward.path })
    const problems = await Promise.all(
      answered.map(async ({ answers }, i) => ({
        answers: answers.map(({ text }) => text),
        correct: answers.map(({ score }) => score === 1),
        rewards: await Promise.all(
          answers.map(({ text }) =>
            judge.reward([...questions[i]!.messages, { role: 'assistant' as const, content: text }]),
          ),
        ),
      })),
    ).finally(() => judge.close())
    const same = (a: string, b: string) => a === b
    const [few, many] = votingScores(problems, [4, N], suite.random('votes'), { same })
    const greedy = await suite.scores(model, data)
    return {
      figures: {
        greedy: greedy.reduce((sum, score) => sum + score, 0) / greedy.length,
        single: many!.single,
        'maj@4': few!.majority,
        [`maj@${N}`]: many!.majority,
        'RM@4': few!.rewarded!,
        [`RM@${N}`]: many!.rewarded!,
        [`pass@${N}`]: many!.pass,
        'RM@4 − greedy': few!.rewarded! - greedy.reduce((sum, score) => sum + score, 0) / greedy.length,
        [`RM@${N} − greedy`]: many!.rewarded! - greedy.reduce((sum, score) => sum + score, 0) / greedy.length,
      },
      scores: {},
    }
  },
  claims: (outcomes) => [
    figureAbove(`RM@${N} is at least maj@${N} (less 0.01)`, outcomes, `RM@${N}`, `maj@${N}`, { margin: 0.01 }),
    figureAbove(`maj@${N} is at least the greedy answer (less 0.01)`, outcomes, `maj@${N}`, 'greedy', { margin: 0.01 }),
    figureAbove('the gain of RM@N over greedy grows with N', outcomes, `RM@${N} − greedy`, 'RM@4 − greedy'),
  ],
}
