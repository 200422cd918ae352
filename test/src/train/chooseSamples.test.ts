import { expect, it } from 'vitest'
import { difficultyTags } from '../../../src/difficulty.ts'
import { chooseSamples } from '../../../src/train/chooseSamples.ts'
import { itemsInOrder } from '../../../src/train/order.ts'

const samples = [
  { id: 'a', tags: { passed: '8', reward_variance: '0' } },
  { id: 'b', tags: { passed: '3', reward_variance: '0.27' } },
  { id: 'c', tags: { passed: '5', reward_variance: '0.31' } },
  { id: 'd', tags: { passed: '4', reward_variance: '0.27' } },
]
const ids = (chosen: readonly { id: string }[]) => chosen.map(({ id }) => id).join('')

it('keeps what is within the bounds and counts the rest, by descending variance with equals as they stand', () => {
  const { chosen, notes } = chooseSamples(
    samples,
    { filter: [{ by: 'passed', min: 2, max: 5 }], order: { by: 'reward_variance', first: 'highest' } },
    'stages[0].rl',
  )
  expect(ids(chosen)).toBe('cbd')
  expect(notes).toEqual(['stages[0].rl: 1 of 4 samples left out, their passed is not at least 2 and at most 5'])
})

it('orders from easy to hard as a curriculum does, and leaves samples as they are where nothing is asked', () => {
  expect(ids(chooseSamples(samples, { order: { by: 'passed', first: 'highest' } }, 's').chosen)).toBe('acdb')
  expect(ids(chooseSamples(samples, {}, 's').chosen)).toBe('abcd')
})

it('says which sample has no number, and when nothing is left', () => {
  const untold = () =>
    chooseSamples([{ id: 'x', tags: { kind: 'noise' } }], { order: { by: 'passed', first: 'lowest' } }, 's')
  expect(untold).toThrow(
    's: "x" has no number under the tag "passed" (its tags: kind). rubato data difficulty writes some.',
  )
  expect(() => chooseSamples(samples, { filter: [{ by: 'passed', min: 9 }] }, 's')).toThrow(
    'filter leaves none of 4 samples',
  )
})

it('goes through samples in order, pass after pass', () => {
  expect(itemsInOrder(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'b'])
  expect(itemsInOrder(['a', 'b', 'c'], 2, 2)).toEqual(['c', 'a'])
})

it('tells difficulty by what passed, the mean, and the variance with n − 1', () => {
  expect(difficultyTags([1, 0, 1, 0.5], 1)).toEqual({
    passed: 2,
    answers: 4,
    mean_reward: 0.625,
    reward_variance: 0.229167,
  })
  expect(difficultyTags([0.1, 0.1, 0.1], 1).reward_variance).toBe(0)
})
