import { describe, expect, it } from 'vitest'
import { attentionTables, causalAttention } from '../../../models/architectures/attention.ts'
import { decoder, type LanguageConfig } from '../../../models/architectures/decoder.ts'
import { constant, grad, input, mul, sum, type Tensor } from '../../../models/graph/index.ts'
import { gaussian, sfc32 } from '../../../models/random.ts'
import { weightTable } from '../../../models/weights.ts'
import { evaluate, gapOfRule } from '../graph/differences.ts'

const config: LanguageConfig = {
  vocab: 10,
  hidden: 16,
  nLayers: 2,
  nHeads: 4,
  nKvHeads: 2,
  ffn: 24,
  ropeTheta: 10_000,
  rmsEpsilon: 1e-6,
  tied: true,
  maxPositions: 64,
}
const [BATCH, TIME] = [2, 11]
const draw = (n: number, seed: number) => {
  const random = sfc32(seed)
  return Array.from({ length: n }, () => gaussian(random))
}
const segmentIds = constant([0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 3, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1], [BATCH, TIME], 'int64')
const positionIds = constant([0, 1, 2, 0, 1, 2, 3, 4, 0, 1, 0, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4], [BATCH, TIME], 'int64')

const shapes = [
  [BATCH, 4, TIME, 4],
  [BATCH, 2, TIME, 4],
  [BATCH, 2, TIME, 4],
] as const
const attended = (blockSize: number, packed: boolean) => (q: Tensor, k: Tensor, v: Tensor) => {
  const { mask } = attentionTables([BATCH, TIME, 16], config, packed ? { packed: { positionIds, segmentIds } } : {})
  return causalAttention(q, k, v, { mask, blockSize })
}

describe('causal attention by blocks of queries', () => {
  const feeds = Object.fromEntries(
    shapes.map((shape, i) => [
      `x${i}`,
      draw(
        shape.reduce((a, b) => a * b),
        i,
      ),
    ]),
  )
  const all = async (blockSize: number, packed: boolean) => {
    const inputs = shapes.map((shape, i) => input(`x${i}`, shape))
    const y = attended(blockSize, packed)(...(inputs as [Tensor, Tensor, Tensor]))
    const [dq, dk, dv] = grad(sum(mul(y, mul(y, y))), inputs)
    return evaluate({ y, dq: dq!, dk: dk!, dv: dv! }, feeds)
  }

  it.each([1, 4, 8])('gives values and gradients of the whole table, in blocks of %i', async (blockSize) => {
    for (const packed of [false, true]) {
      const whole = await all(TIME, packed)
      const blocks = await all(blockSize, packed)
      for (const [name, expected] of Object.entries(whole)) {
        const scale = Math.max(...expected.map(Math.abs))
        const worst = Math.max(...expected.map((value, i) => Math.abs(value - blocks[name]![i]!)))
        expect(worst / scale, `${name}${packed ? ', packed' : ''}`).toBeLessThan(2e-6)
      }
    }
  })

  it('agrees with central differences', async () => {
    const sample = {
      inputs: shapes.map((shape) => ({ shape })),
      build: attended(4, true) as (...t: Tensor[]) => Tensor,
    }
    expect(await gapOfRule(sample, sfc32(1), 'float32')).toBeLessThan(5e-3)
  })

  it('begins where sequences are long, and then holds no more scores than it may', () => {
    const blockOf = (batch: number, time: number) => attentionTables([batch, time, 16], config, {}).blockSize
    expect([blockOf(64, 128), blockOf(64, 512)]).toEqual([128, 512])
    for (const [batch, time] of [
      [1, 528],
      [1, 4096],
      [8, 4096],
      [2, 16_384],
    ] as const) {
      const block = blockOf(batch, time)
      expect(Math.log2(block) % 1, `block of ${batch} × ${time}`).toBe(0)
      expect(block === 128 || 4 * batch * config.nHeads * block * time <= 2 ** 24).toBe(true)
    }
  })
})

describe('a decoder that makes its layers again in the backward pass', () => {
  it('has the loss of one that keeps them, and its gradients for every weight and for what it reads', async () => {
    const run = async (recomputeLayers: boolean) => {
      const { weights, declared } = weightTable()
      const x = input('x', [BATCH, TIME, 16])
      const y = decoder(x, weights, config, { recomputeLayers, packed: { positionIds, segmentIds } })
      const loss = sum(mul(y, mul(y, y)))
      const names = ['x', ...declared.keys()]
      const gradients = grad(loss, [x, ...declared.values()])
      const values = [...declared.values()].map(({ shape }, i) =>
        draw(
          shape.reduce((a, b) => a * b),
          50 + i,
        ),
      )
      const feeds = Object.fromEntries([
        ['x', draw(BATCH * TIME * 16, 7)] as const,
        ...[...declared.keys()].map((name, i) => [name, values[i]!.map((value) => 0.3 * value)] as const),
      ])
      return evaluate({ loss, ...Object.fromEntries(names.map((name, i) => [`d/${name}`, gradients[i]!])) }, feeds)
    }
    const [kept, again] = [await run(false), await run(true)]
    expect(again.loss).toEqual(kept.loss)
    expect(Object.keys(kept)).toHaveLength(1 + 1 + 12 * 2 + 1)
    for (const [name, expected] of Object.entries(kept)) {
      const scale = Math.max(...expected.map(Math.abs))
      const worst = Math.max(...expected.map((value, i) => Math.abs(value - again[name]![i]!)))
      // A key's bias shifts all scores of a query alike: its gradient is 0 but for rounding.
      expect(worst / Math.max(scale, 1e-2), name).toBeLessThan(1e-5)
    }
  })
})
