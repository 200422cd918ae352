import { expect, it } from 'vitest'
import { rewardModelsSection } from '../../../src/report/page/rewardModels.ts'

const measures = {
  n_lists: 4,
  n_pairs: 8,
  accuracy: 0.75,
  margin: 1.5,
  ece: 0.1,
  calibration: [
    { confidence: 0.6, accuracy: 0.5, n: 2 },
    { confidence: 0.9, accuracy: 0.8333, n: 6 },
  ],
  pointwise: { n: 12, mse: 0.2, correlation: 0.9 },
}

it('shows what a reward model learnt and what it did not, and its calibration as points', () => {
  const report = { stage: 1, train: { ...measures, accuracy: 0.95 }, test: measures, gap: 0.2 }
  const section = rewardModelsSection({ rewardModels: [report] })
  if (section === false) throw new Error('no section')
  const page = section.html
  expect(page).toContain('Stage 2')
  expect(page).toContain('not learnt from, 4 lists')
  expect(page.match(/<circle /g)).toHaveLength(2)
  expect(page).toMatch(/0\.60*: 0\.50* of 2/) // in words, for whoever does not see the picture
})

it('is left out of a run that trained none', () => {
  expect(rewardModelsSection({ rewardModels: [] })).toBe(false)
})
