import { rubricRule } from './rule.ts'

const LARGEST = 10 // points, HealthBench's range
const SHARE = 0.6 // of the positive points
const PENALTIES = 2 // times the positive points

export const proportion = rubricRule({
  name: 'proportion',
  severity: 'warning',
  about:
    'Points out of proportion: one criterion that decides alone, penalties that drown the rest, or numbers beyond −10 to 10, the range of HealthBench.',
  check: ({ criteria }) => {
    const sum = (list: readonly number[]) => list.reduce((total, points) => total + points, 0)
    const possible = sum(criteria.map(({ points }) => Math.max(0, points)))
    const charged = -sum(criteria.map(({ points }) => Math.min(0, points)))
    const nPositive = criteria.filter(({ points }) => points > 0).length
    const found = criteria.flatMap(({ points }, index) => {
      if (Math.abs(points) > LARGEST) return [{ index, message: `${points} points. Keep within −10 to 10.` }]
      const share = points / possible
      if (nPositive < 3 || share <= SHARE) return []
      return [
        { index, message: `${points} of ${possible} positive points: it decides alone. Split it, or weigh it less.` },
      ]
    })
    if (possible === 0 || charged <= PENALTIES * possible) return found
    return [
      ...found,
      {
        message: `penalties of ${charged} against ${possible} positive points: one slip outweighs all. Weigh them less.`,
      },
    ]
  },
})
