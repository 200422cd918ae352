import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grad, input } from '../../../../../models/graph/index.ts'
import { objectiveContext } from '../../../../../models/objective.ts'
import { rewardValues } from '../../../../../src/stages/reward.ts'
import { type RewardLossOptions, rewardLoss } from '../../../../../src/update/losses/reward/rewardLoss.ts'
import { expectClose } from '../../../../models/closeTo.ts'
import { evaluate } from '../../../../models/graph/differences.ts'

interface List {
  readonly order: number[]
  readonly score: (number | null)[]
  readonly rewards: number[]
}
interface Case extends RewardLossOptions {
  readonly name: string
  readonly lists: List[]
  readonly loss: number
  readonly gradient: number[]
  readonly accuracy: number
  readonly margin: number
}
const { losses } = JSON.parse(
  readFileSync(new URL('../../../../goldens/data/rewards/golden.json', import.meta.url), 'utf8'),
) as { losses: Case[] }

const rankingsOf = (lists: readonly List[]) =>
  lists.map(({ order, score }) => ({ answers: order.map((o, i) => ({ messages: [], order: o, score: score[i]! })) }))

/** The loss on given rewards, with `padding` answers behind them that are none. */
async function onRewards(lists: readonly List[], options: RewardLossOptions, padding = 3) {
  const rewards = [...lists.flatMap((list) => list.rewards), ...Array<number>(padding).fill(7)]
  const given = rewardValues(rankingsOf(lists), lists.length, options, { mean: 0, deviation: 1 })
  const values = Object.fromEntries(
    Object.entries(given).map(([name, data]) => [name, [...data, ...Array<number>(padding).fill(0)]]),
  )
  const x = input('rewards', [rewards.length])
  const context = objectiveContext(
    input('logits', [rewards.length, 2]),
    input('targets', [rewards.length], 'int64'),
    () => x,
  )
  const { loss, metrics = {} } = rewardLoss(options).build(context)
  const [gradient] = grad(loss, [x])
  const found = await evaluate({ loss, gradient: gradient!, ...metrics }, { rewards, ...values })
  const n = rewards.length - padding
  expect(found.gradient!.slice(n).every((g) => g === 0)).toBe(true)
  return {
    loss: found.loss![0]!,
    gradient: found.gradient!.slice(0, n),
    accuracy: found.accuracy![0]!,
    margin: found.margin![0]!,
  }
}

describe.each(losses.map((one) => [one.name, one] as const))('%s', (_, one) => {
  it('is, with gradient, accuracy and margin, what the reference says', async () => {
    const found = await onRewards(one.lists, one)
    expectClose([found.loss], [one.loss], 2e-6, 'loss')
    expectClose(found.gradient, one.gradient, 2e-6, 'gradient')
    expectClose([found.accuracy, found.margin], [one.accuracy, one.margin], 2e-6, 'accuracy and margin')
  })

  it('has the slope that differences measure', async () => {
    const { gradient } = await onRewards(one.lists, one)
    const along = gradient.map((_, i) => Math.sin(3 * i + 1))
    const moved = async (step: number) => {
      let at = 0
      const shift = (list: List) => ({ ...list, rewards: list.rewards.map((r) => r + step * along[at++]!) })
      return (await onRewards(one.lists.map(shift), one)).loss
    }
    const slope = ((await moved(1e-2)) - (await moved(-1e-2))) / 2e-2
    expectClose([slope], [gradient.reduce((sum, g, i) => sum + g * along[i]!, 0)], 1e-3, 'slope')
  })
})

it('is ln 2 where all rewards of a list are equal, whatever the list', async () => {
  for (const k of [1, 2, 3, 4, 5]) {
    const list = {
      order: Array.from({ length: 6 }, (_, i) => (i < k ? 1 : 0)),
      score: Array(6).fill(null),
      rewards: Array(6).fill(0.4),
    }
    expect((await onRewards([list], { pointwise: 0, centre: 0 })).loss).toBeCloseTo(Math.LN2, 5)
  }
})

it('does not change when a list’s rewards are shifted together, unless it has scores to be near to', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 2, maxLength: 5 }),
      fc.double({ min: -2, max: 2, noNaN: true }),
      async (rewards, shift) => {
        const list = { order: rewards.map((_, i) => i), score: rewards.map((_, i) => i - 1), rewards }
        const moved = { ...list, rewards: rewards.map((r) => r + shift) }
        const [a, b] = [
          await onRewards([list], { pointwise: 0, centre: 0 }),
          await onRewards([moved], { pointwise: 0, centre: 0 }),
        ]
        expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-4)
        const pull = (await onRewards([moved], { pointwise: 1, centre: 0 })).gradient.reduce((sum, g) => sum + g, 0)
        const mean = moved.rewards.reduce((sum, r, i) => sum + r - (i - 1), 0)
        expect(pull).toBeCloseTo((4 * mean) / rewards.length, 2)
      },
    ),
    { numRuns: 4 },
  )
})
