import { describe, expect, it } from 'vitest'
import '../../../models/graph/index.ts'
import { mul, scale, silu, tanh } from '../../../models/graph/index.ts'
import { composite, registeredOps } from '../../../models/graph/op.ts'
import { between } from '../../../models/graph/ops/elementwise.ts'
import { sfc32 } from '../../../models/random.ts'
import { gapOfRule } from './differences.ts'

const withRules = registeredOps().filter(({ grad }) => grad !== 'none')
/** Kernels of ONNX Runtime's CPU provider that exist in 32 bits only; differences are then coarser. */
const singlePrecision = new Set([
  'FusedMatMul',
  'Erf',
  'Gelu',
  'LayerNormalization',
  'SimplifiedLayerNormalization',
  'RotaryEmbedding',
  'Cast',
])

describe('every operator with a gradient', () => {
  it.each(withRules.map((op) => [op.name, op] as const))('%s agrees with central differences', async (name, op) => {
    const samples = op.sample()
    expect(samples.length, 'a rule without a sample is never checked').toBeGreaterThan(0)
    const single = singlePrecision.has(name)
    for (const [i, sample] of samples.entries()) {
      const gap = await gapOfRule(sample, sfc32(1000 + i), single ? 'float32' : 'float64')
      expect(gap, `sample ${i} of ${name}`).toBeLessThan(single ? 5e-3 : 1e-7)
    }
  })
})

describe('a value whose gradient is written by hand', () => {
  it('SiLU agrees with central differences', async () => {
    const sample = { inputs: [{ shape: [3, 5], draw: between(-4, 4) }], build: silu }
    // In 32 bits: ONNX Runtime fuses x·σ(x) into a kernel that has no other.
    expect(await gapOfRule(sample, sfc32(2), 'float32')).toBeLessThan(5e-3)
  })
})

describe('the checker', () => {
  it('notices a rule that is 0.1 % wrong', async () => {
    const wrongTanh = {
      inputs: [{ shape: [3, 5] }],
      build: (x: Parameters<typeof tanh>[0]) => {
        const y = tanh(x)
        return composite('wrong', [x], y, (dy) => [scale(mul(dy, scale(mul(y, y), -1)), 1.001)])
      },
    }
    expect(await gapOfRule(wrongTanh, sfc32(1), 'float64')).toBeGreaterThan(1e-7)
  })
})
