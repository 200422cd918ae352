import { measureDifficulty } from '../../../../src/index.ts'
import { askedData, base, heldOutData } from '../base.ts'
import type { Experiment } from '../experiment.ts'
import { figureAbove, scoresAbove } from '../orderings.ts'
import { differing, RL } from '../reinforcement.ts'
import { MAX_TOKENS } from '../suite.ts'

const STEPS = 20

/** The same problems, asked by descending variance of their rewards or in a random order. */
export const order: Experiment = {
  id: 'order',
  title: 'Prompts by descending variance of reward',
  paper: 'Qwen2.5, arXiv 2412.15115',
  about: `GRPO, ${STEPS} steps of 64 answers, on 320 problems of which the base has answered each eight times: those whose rewards vary most first, or drawn at random.`,
  file: import.meta.url,
  async run(suite) {
    const model = await base(suite)
    const asked = askedData(suite, 320)
    const held = heldOutData(suite, 180)
    const options = { model, data: asked, answers: 8, maxCompletionTokens: MAX_TOKENS, seed: suite.seed }
    const rl = { ...RL, steps: STEPS }
    // Beside the data, since clips would be named from there.
    const data = await suite.made('data/difficulty.jsonl', options, (out) => measureDifficulty({ ...options, out }))
    const ordered = await suite.train({
      name: 'ordered',
      model,
      data,
      stages: [{ rl: { ...rl, order: { by: 'reward_variance', first: 'highest' } } }],
    })
    const random = await suite.train({ name: 'random', model, data, stages: [{ rl }] })
    return {
      figures: { 'groups that differ, ordered': differing(ordered), 'groups that differ, random': differing(random) },
      scores: {
        base: await suite.scores(model, held),
        'by variance': await suite.scores(ordered.path, held),
        'at random': await suite.scores(random.path, held),
      },
    }
  },
  claims: (outcomes) => [
    scoresAbove('ordering by variance learns more in as many steps', outcomes, 'by variance', 'at random'),
    figureAbove(
      'more groups have answers that differ',
      outcomes,
      'groups that differ, ordered',
      'groups that differ, random',
    ),
    scoresAbove('either learns', outcomes, 'at random', 'base'),
  ],
}
