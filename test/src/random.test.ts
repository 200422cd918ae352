import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gaussian, sampleWithoutReplacement, seededRandom, shuffle } from '../../src/random.ts'

const draws = (random: () => number, n: number) => Array.from({ length: n }, random)

describe('seededRandom', () => {
  it('gives the published sequence of xoshiro128** from the state 1, 2, 3, 4', () => {
    // First outputs of the authors' C program, as the tests of the Rust crate rand_xoshiro have them.
    const random = seededRandom(0)
    random.setState([1, 2, 3, 4])
    expect(draws(random, 8).map((x) => x * 2 ** 32)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849,
    ])
  })

  it('continues where a saved state was taken, through JSON', () => {
    const random = seededRandom('run 7')
    draws(random, 1000)
    const state = JSON.parse(JSON.stringify(random.getState()))
    const expected = draws(random, 20)
    const resumed = seededRandom('something else')
    resumed.setState(state)
    expect(draws(resumed, 20)).toEqual(expected)
  })

  it('refuses the state of zeros, from which it would never leave', () => {
    expect(() => seededRandom(1).setState([0, 0, 0, 0])).toThrow(/not all 0/)
  })

  it('derives children from seed and name alone, not from what was drawn', () => {
    const fresh = seededRandom(3)
    const used = seededRandom(3)
    draws(used, 17)
    expect(draws(used.child('data'), 5)).toEqual(draws(fresh.child('data'), 5))
  })

  it('keeps nested children apart from children with a joined name', () => {
    const first = seededRandom(3).child('a').child('b')()
    expect(new Set([first, seededRandom(3).child('a/b')(), seededRandom('3/a').child('b')()]).size).toBe(3)
  })

  it('takes a number and its text for the same seed', () => {
    expect(seededRandom(42)()).toBe(seededRandom('42')())
  })

  it('is uniform over 64 bins, in a stream and across first draws of neighbouring seeds', () => {
    const random = seededRandom(1)
    const firsts = Array.from({ length: 64_000 }, (_, seed) => seededRandom(seed)())
    for (const values of [draws(random, 64_000), firsts]) {
      const bins = new Array<number>(64).fill(0)
      for (const value of values) bins[Math.floor(value * 64)]!++
      const chiSquared = bins.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0)
      expect(chiSquared).toBeGreaterThan(30) // 63 degrees of freedom: outside with probability 2e-4
      expect(chiSquared).toBeLessThan(110)
    }
  })
})

describe('gaussian', () => {
  it('has mean 0, deviation 1 and normal tails', () => {
    const random = seededRandom(5)
    const values = Array.from({ length: 100_000 }, () => gaussian(random))
    const mean = values.reduce((a, b) => a + b) / values.length
    expect(Math.abs(mean)).toBeLessThan(0.013)
    expect(Math.abs(values.reduce((a, b) => a + b * b, 0) / values.length - 1)).toBeLessThan(0.018)
    expect(Math.abs(values.filter((x) => Math.abs(x) > 1.96).length / values.length - 0.05)).toBeLessThan(0.003)
  })

  it('stays finite when the generator gives 0', () => {
    expect(gaussian(() => 0)).toBeCloseTo(0)
  })
})

describe('sampleWithoutReplacement', () => {
  it('draws different items of the list, and shuffle all of them', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer()), fc.integer(), fc.nat(), (items, seed, n) => {
        const count = n % (items.length + 1)
        const drawn = sampleWithoutReplacement(items, count, seededRandom(seed))
        expect(new Set(drawn).size).toBe(count)
        expect(drawn.every((item) => items.includes(item))).toBe(true)
        expect(shuffle(items, seededRandom(seed)).sort()).toEqual([...items].sort())
      }),
    )
  })

  it('gives every ordered pair of four items equally often', () => {
    const random = seededRandom(9)
    const counts = new Map<string, number>()
    for (let i = 0; i < 12_000; i++) {
      const pair = sampleWithoutReplacement(['a', 'b', 'c', 'd'], 2, random).join('')
      counts.set(pair, (counts.get(pair) ?? 0) + 1)
    }
    expect(counts.size).toBe(12)
    for (const n of counts.values()) expect(Math.abs(n - 1000)).toBeLessThan(130) // over 4 deviations
  })

  it('refuses to draw more than there are', () => {
    expect(() => sampleWithoutReplacement([1, 2], 3, seededRandom(1))).toThrow('cannot draw 3 of 2 items')
  })
})
