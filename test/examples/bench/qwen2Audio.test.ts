import { expect, it } from 'vitest'
import { benchQwen2AudioStep } from '../../../examples/bench/qwen2Audio/step.ts'

it('the bench of Qwen2-Audio’s shape trains its base in 4 bits, and tells memory, time and a gradient', async () => {
  const { rows, ratio } = await benchQwen2AudioStep({
    audio: { nMels: 80, hidden: 32, nLayers: 1, nHeads: 2, ffn: 64, pool: 2 },
    language: {
      vocab: 600,
      hidden: 64,
      nLayers: 2,
      nHeads: 4,
      nKvHeads: 2,
      ffn: 96,
      ropeTheta: 10_000,
      rmsEpsilon: 1e-5,
      tied: false,
      maxPositions: 512,
    },
  })
  const value = (label: string) => rows.find((row) => row.label.startsWith(label))!.value
  expect(value('peak')).toBeGreaterThan(0.05)
  expect(value('peak')).toBeLessThan(2)
  expect(value('the step')).toBeGreaterThan(0)
  expect(value('loss')).toBeGreaterThan(0)
  expect(value('norm of the gradient')).toBeGreaterThan(0)
  expect(ratio).toBeCloseTo(16 / value('peak'), 5)
})
