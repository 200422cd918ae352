import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BLOCK, dequantiseBlocks, quantiseBlocks, relativeError } from '../../../models/quantise/blocks.ts'
import { gaussian, sfc32 } from '../../../models/random.ts'

const blocks = fc
  .array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }), {
    minLength: BLOCK,
    maxLength: 3 * BLOCK,
  })
  .map((values) => Float32Array.from(values.slice(0, values.length - (values.length % BLOCK))))
const bitsOf = fc.constantFrom(4 as const, 8 as const)

describe('weights in few bits', () => {
  it('are off by half a step, or by one where the other end of the range would be needed', () => {
    fc.assert(
      fc.property(blocks, bitsOf, (values, bits) => {
        const packed = quantiseBlocks(values, bits)
        const back = dequantiseBlocks(packed, bits)
        for (const [i, value] of values.entries()) {
          const step = Math.abs(packed.scales[Math.floor(i / BLOCK)]!)
          const far = Math.abs(value) > (2 ** (bits - 1) - 0.5) * step
          expect(Math.abs(back[i]! - value)).toBeLessThanOrEqual((far ? 1 : 0.5) * step * (1 + 1e-5) + 1e-37)
        }
      }),
    )
  })

  it('keep the value farthest from 0, its sign, and 0 itself', () => {
    for (const bits of [4, 8] as const) {
      const values = new Float32Array(2 * BLOCK)
      values.set([0.25, -3, 0, 1, 2])
      values[BLOCK] = 7
      const back = dequantiseBlocks(quantiseBlocks(values, bits), bits)
      expect([back[1], back[2], back[BLOCK], back[BLOCK + 1]].map((value) => value! + 0)).toEqual([-3, 0, 7, 0])
      expect(back.slice(5, BLOCK).every((value) => value === 0)).toBe(true)
    }
  })

  it('take 4 or 8 bits a number and a scale a block', () => {
    const values = new Float32Array(4 * BLOCK).fill(1)
    for (const bits of [4, 8] as const) {
      const { codes, scales } = quantiseBlocks(values, bits)
      expect([codes.length, scales.length]).toEqual([(4 * BLOCK * bits) / 8, 4])
    }
  })

  it('of a normal distribution are off by some 8 % in 4 bits and 0.5 % in 8', () => {
    const random = sfc32(1)
    const values = Float32Array.from({ length: 1000 * BLOCK }, () => gaussian(random))
    const error = (bits: 4 | 8) => relativeError(values, dequantiseBlocks(quantiseBlocks(values, bits), bits))
    expect(error(4)).toBeGreaterThan(0.06)
    expect(error(4)).toBeLessThan(0.1)
    expect(error(8)).toBeLessThan(0.006)
  })

  it('are refused where one is no finite number, by its place', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const values = new Float32Array(2 * BLOCK)
      values[40] = bad
      expect(() => quantiseBlocks(values, 4)).toThrow(`value 40 is ${bad}`)
    }
  })
})
