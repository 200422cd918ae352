import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawFrom, mixtureShares, type Sourced, systematicCounts } from '../../../src/train/mixture.ts'

const sizes = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 6 })
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

describe('shares of a mixture', () => {
  it('are those of mT5’s worked figures: 1/T = 0.3 over sizes of 14 to 1', () => {
    // arXiv 2010.11934, §3.2: p(L) ∝ |L|^α, α = 0.3.
    const [large, small] = mixtureShares([14, 1], [1, 1], 1 / 0.3)
    expect(large! / small!).toBeCloseTo(14 ** 0.3, 10)
  })

  it('sum to 1, draw all samples alike at temperature 1 and all sources alike at a high one', () => {
    fc.assert(
      fc.property(sizes, fc.double({ min: 0.2, max: 50, noNaN: true }), (n, temperature) => {
        const ones = n.map(() => 1)
        expect(sum(mixtureShares(n, ones, temperature))).toBeCloseTo(1, 10)
        for (const [i, share] of mixtureShares(n, ones, 1).entries()) expect(share).toBeCloseTo(n[i]! / sum(n), 10)
        for (const share of mixtureShares(n, ones, 1e9)) expect(share).toBeCloseTo(1 / n.length, 6)
      }),
    )
  })

  it('grow with a weight in proportion, and never draw a source without samples', () => {
    const [a, b, c] = mixtureShares([50, 50, 0], [3, 1, 9], 2)
    expect(a! / b!).toBeCloseTo(3, 10)
    expect(c).toBe(0)
  })
})

describe('counts of a step', () => {
  it('sum to the batch, lie within one of their share and are right on average', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 64 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (n, m, u) => {
        const shares = mixtureShares(
          n,
          n.map(() => 1),
          2,
        )
        const counts = systematicCounts(shares, m, u)
        expect(sum(counts)).toBe(m)
        for (const [i, count] of counts.entries()) expect(Math.abs(count - shares[i]! * m)).toBeLessThan(1 + 1e-9)
      }),
    )
    const offsets = Array.from({ length: 1000 }, (_, i) => i / 1000)
    const rare = offsets.map((u) => systematicCounts([0.97, 0.03], 10, u)[1]!)
    expect(sum(rare) / rare.length).toBeCloseTo(0.3, 2)
  })
})

describe('drawing from several sources', () => {
  const items = [
    ...Array.from({ length: 90 }, (_, i) => ({ id: `a${i}`, source: 0 })),
    ...Array.from({ length: 10 }, (_, i) => ({ id: `b${i}`, source: 1 })),
  ]
  const part = (path: string) => ({ path, bad: 'refuse' as const, weight: 1 })
  const data = { mix: [part('a.jsonl'), part('b.jsonl')], temperature: 2 }
  const idsOf = (draw: ReturnType<typeof drawFrom<(typeof items)[number]>>, step: number) =>
    draw(8, step, 'seed').map(({ id }) => id)

  it('follows the shares: 9 to 1 samples at temperature 2 are drawn 3 to 1', () => {
    const draw = drawFrom(items, data)
    const drawn = Array.from({ length: 100 }, (_, i) => idsOf(draw, i + 1)).flat()
    expect(drawn.filter((id) => id.startsWith('b')).length / drawn.length).toBeCloseTo(0.25, 2)
  })

  it('hears every sample of a source before any of them again', () => {
    const draw = drawFrom(items, data)
    const drawn = Array.from({ length: 40 }, (_, i) => idsOf(draw, i + 1)).flat()
    for (const [name, n] of [
      ['a', 90],
      ['b', 10],
    ] as const) {
      const own = drawn.filter((id) => id.startsWith(name))
      for (let from = 0; from + n <= own.length; from += n) expect(new Set(own.slice(from, from + n)).size).toBe(n)
    }
  })

  it('gives a step the same samples wherever a run goes on, and in whatever order steps are asked for', () => {
    const whole = drawFrom(items, data)
    const steps = Array.from({ length: 20 }, (_, i) => idsOf(whole, i + 1))
    expect(idsOf(drawFrom(items, data), 13)).toEqual(steps[12])
    expect(idsOf(whole, 4)).toEqual(steps[3])
    expect(new Set(steps.map((ids) => ids.join())).size).toBe(20)
  })

  it('leaves a single source as it was drawn before there were several', () => {
    const one: readonly (Sourced & { id: string })[] = items.map(({ id }) => ({ id }))
    const draw = drawFrom(one, { path: 'a.jsonl', bad: 'refuse' })
    const drawn = Array.from({ length: 25 }, (_, i) => draw(4, i + 1, 'seed')).flat()
    expect(new Set(drawn.map(({ id }) => id)).size).toBe(100)
  })
})
