import { expect, it } from 'vitest'
import type { Rollout } from '../../../src/rollout/rollout.ts'
import { pairOf } from '../../../src/stages/onlinePreference.ts'

const answer = (text: string, reward: number, verified?: number): Rollout => ({
  sample: { id: 's', messages: [], features: [], paths: [], rubric: { name: 'r', criteria: [] } },
  groupIndex: 0,
  shown: { ratio: 0, criterionIds: [], text: null },
  completion: { completionIds: [1], logProbs: [0], finishReason: 'stop', ask: 0, promptIds: [], text },
  verdicts: [],
  reward,
  advantage: 0,
  ...(verified !== undefined && { modelReward: { reward, verified } }),
})
const words = (pair: ReturnType<typeof pairOf>) => pair?.map(({ completion }) => completion.text) ?? null
const group = [answer('fair', 0.5), answer('', 2), answer('best', 1), answer('worst', -0.5)]

it('pairs the best answer with the worst; one without a word is no answer', () => {
  expect(words(pairOf(group, { pairs: 'best-worst', minGap: 0 }))).toEqual(['best', 'worst'])
  expect(pairOf(group, { pairs: 'best-worst', minGap: 2 })).toBeNull()
})

it('pairs the first that passes with the first that does not, by its score where a reward model orders', () => {
  expect(words(pairOf(group, { pairs: 'pass-fail', minGap: 0 }))).toEqual(['best', 'fair'])
  const ordered = [answer('right', -1, 1), answer('wrong', -3, 0)]
  expect(words(pairOf(ordered, { pairs: 'pass-fail', minGap: 0 }))).toEqual(['right', 'wrong'])
})

it('makes no pair of answers that are worth the same or say the same, or that all pass', () => {
  expect(pairOf([answer('a', 1), answer('b', 1)], { pairs: 'best-worst', minGap: 0 })).toBeNull()
  expect(pairOf([answer('a', 1), answer('a', 0)], { pairs: 'best-worst', minGap: 0 })).toBeNull()
  expect(pairOf([answer('a', 1), answer('b', 1)], { pairs: 'pass-fail', minGap: 0 })).toBeNull()
})
