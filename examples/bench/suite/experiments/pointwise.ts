import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { RunFolder } from '../../../../src/index.ts'
import { base } from '../base.ts'
import type { Experiment, Suite } from '../experiment.ts'
import { figureAbove } from '../orderings.ts'
import { problems, shareRight } from '../tasks.ts'

const REWARD = { epochs: 8, batch: 16, optimiser: 'muon', learning_rate: 1e-3, test_share: 0.3 }

/** A reward model by order alone, or with a regression to absolute scores beside it. */
export const pointwise: Experiment = {
  id: 'pointwise',
  title: 'A point-wise term in the reward model',
  paper: 'Baichuan Alignment, arXiv 2410.14940',
  about:
    'Pairs of answers to 300 problems with absolute scores (the share of places that are right, with noise on the order); 3 in 10 are only measured. 8 passes, once by Bradley–Terry alone and once with half the squared error beside it.',
  file: import.meta.url,
  async run(suite) {
    const model = await base(suite)
    const data = suite.data('scored', scoredPairs(suite))
    const arm = async (name: string, weight: number) =>
      measuresOf(
        await suite.train({ name, model, data, stages: [{ reward: { ...REWARD, loss: { pointwise: weight } } }] }),
      )
    const [ranked, both] = [await arm('ranked', 0), await arm('ranked-and-scored', 0.5)]
    return {
      figures: {
        'ECE, order alone': ranked.test.ece,
        'ECE, with scores': both.test.ece,
        'squared error, order alone': ranked.test.pointwise.mse,
        'squared error, with scores': both.test.pointwise.mse,
        'gap, order alone': ranked.gap,
        'gap, with scores': both.gap,
        'accuracy, order alone': ranked.test.accuracy,
        'accuracy, with scores': both.test.accuracy,
      },
      scores: {},
    }
  },
  claims: (outcomes) => [
    figureAbove(
      'with the term rewards are nearer to absolute scores',
      outcomes,
      'squared error, order alone',
      'squared error, with scores',
    ),
    figureAbove('with it the model is better calibrated', outcomes, 'ECE, order alone', 'ECE, with scores'),
    figureAbove('with it training and test lie less far apart', outcomes, 'gap, order alone', 'gap, with scores'),
    figureAbove(
      'the order of pairs is told as well (less 0.03)',
      outcomes,
      'accuracy, with scores',
      'accuracy, order alone',
      { margin: 0.03 },
    ),
  ],
}

interface RewardReport {
  readonly gap: number
  readonly test: {
    readonly accuracy: number
    readonly ece: number
    readonly pointwise: { readonly mse: number }
  }
}

/** What the reward stage leaves in its run. */
const measuresOf = (run: RunFolder): RewardReport =>
  JSON.parse(readFileSync(path.join(run.path, 'reward-1.json'), 'utf8')) as RewardReport

/** Right answers with some letters changed, two a problem; an annotator is wrong about the order of one pair in ten. */
function scoredPairs(suite: Suite): object[] {
  const random = suite.random('scored')
  return problems(300, random, { lengths: [3, 6] }).flatMap((problem, i) => {
    const spoilt = (errors: number) => {
      const letters = problem.answer.split(' ')
      for (let k = 0; k < errors; k++) letters[random.integer(letters.length)] = 'abcdefghij'[random.integer(10)]!
      return letters.join(' ')
    }
    const [a, b] = [spoilt(random.integer(2)), spoilt(1 + random.integer(problem.length))]
    const [scoreA, scoreB] = [shareRight(problem, a), shareRight(problem, b)]
    if (scoreA === scoreB) return []
    const turned = random() < 0.1
    const [chosen, rejected] = scoreA > scoreB !== turned ? [a, b] : [b, a]
    const [high, low] = scoreA > scoreB !== turned ? [scoreA, scoreB] : [scoreB, scoreA]
    return [
      {
        id: `scored-${i}`,
        prompt: problem.question,
        chosen,
        rejected,
        chosen_score: 5 * high,
        rejected_score: 5 * low,
      },
    ]
  })
}
