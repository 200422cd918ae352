import { describe, expect, it } from 'vitest'
import { chooseGroups, type GroupOptions, isUseful } from '../../../src/rollout/groups.ts'
import type { Rollout } from '../../../src/rollout/rollout.ts'

const drop: GroupOptions = { whenUseless: 'drop', maxRounds: 1, minReward: null, maxReward: null }
const rollouts = (...rewards: number[]) => rewards.map((reward) => ({ reward })) as unknown as Rollout[]
const rewards = (chosen: readonly Rollout[]) => chosen.map(({ reward }) => reward)

describe('a group is useful', () => {
  it('when its rewards differ', () => {
    expect(isUseful([0, 1], drop)).toBe(true)
    expect(isUseful([0.4, 0.4, 0.4], drop)).toBe(false)
  })

  it('when its mean is within the bounds, ends included', () => {
    const bounded = { ...drop, minReward: 0.25, maxReward: 0.625 } // 2 to 5 of 8
    const solved = (n: number) => Array.from({ length: 8 }, (_, i) => (i < n ? 1 : 0))
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8].filter((n) => isUseful(solved(n), bounded))).toEqual([2, 3, 4, 5])
  })
})

describe('the groups of a step', () => {
  const asked = rollouts(0, 0, 0, 1, 1, 1, 0.2, 0.6)

  it('are all learnt from when they are kept', () => {
    const { learnt, nUseful } = chooseGroups(asked, 2, 4, { ...drop, whenUseless: 'keep' })
    expect(learnt).toBe(asked)
    expect(nUseful).toBe(4)
  })

  it('stay whole and as many, the useful ones first: the batch keeps its size', () => {
    const { learnt, nUseful } = chooseGroups(asked, 2, 4, drop)
    expect(rewards(learnt)).toEqual([0, 1, 0.2, 0.6, 0, 0, 1, 1])
    expect(nUseful).toBe(2)
  })

  it('are no more than asked for, when further rounds brought more useful ones', () => {
    const { learnt, nUseful } = chooseGroups(asked, 2, 1, { ...drop, whenUseless: 'resample' })
    expect(rewards(learnt)).toEqual([0, 1])
    expect(nUseful).toBe(1)
  })
})
