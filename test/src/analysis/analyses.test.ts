import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bestOfN,
  expectedBest,
  hackingWatch,
  meanCosineDistance,
  novelty,
  selfBleu,
  sequenceRatio,
  sizesUpTo,
} from '../../../src/analysis/index.ts'
import { seededRandom } from '../../../src/random.ts'

const scores = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 9 })

/** The mean of the highest over every choice of k of the scores. */
function byEnumeration(values: readonly number[], k: number): number {
  const best: number[] = []
  for (let mask = 0; mask < 2 ** values.length; mask++) {
    const chosen = values.filter((_, i) => mask & (2 ** i))
    if (chosen.length === k) best.push(Math.max(...chosen))
  }
  return best.reduce((sum, value) => sum + value, 0) / best.length
}

describe('best of N', () => {
  it('is the mean of the highest over every choice of k answers', () => {
    fc.assert(
      fc.property(scores, fc.nat(), (values, at) => {
        const k = 1 + (at % values.length)
        expect(expectedBest(values, k)).toBeCloseTo(byEnumeration(values, k), 10)
      }),
    )
  })

  it('is the mean for 1, the highest for all, and never falls', () => {
    fc.assert(
      fc.property(scores, (values) => {
        const curve = values.map((_, i) => expectedBest(values, i + 1))
        expect(curve[0]).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 12)
        expect(curve.at(-1)).toBeCloseTo(Math.max(...values), 12)
        for (const [i, value] of curve.entries()) if (i > 0) expect(value).toBeGreaterThanOrEqual(curve[i - 1]! - 1e-12)
      }),
    )
  })

  it('of 256 answers has weights that still sum to 1', () => {
    for (const k of [1, 2, 16, 128, 256]) expect(expectedBest(new Array(256).fill(0.7), k)).toBeCloseTo(0.7, 12)
  })

  it('is pass@k of right and wrong answers', () => {
    // 1 − C(n−c, k)/C(n, k), n = 10, c = 3, k = 4: 1 − 35/210
    expect(expectedBest([1, 1, 1, 0, 0, 0, 0, 0, 0, 0], 4)).toBeCloseTo(1 - 35 / 210, 12)
  })

  it('of prompts is at 1, 2, 4, … and all of their answers, with an interval over prompts', () => {
    const curve = bestOfN(
      [
        [0, 1, 0, 0, 0, 0],
        [0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
      ],
      seededRandom(1),
    )
    expect(curve.map(({ n }) => n)).toEqual([1, 2, 4, 6])
    expect(curve.map(({ score }) => score)).toEqual([1 / 6, 2 / 6, 4 / 6, 1].map((p) => (p + 0.5) / 2))
    for (const { score, interval } of curve) {
      expect(interval[0]).toBeLessThanOrEqual(score)
      expect(interval[1]).toBeGreaterThanOrEqual(score)
    }
    expect(sizesUpTo(256)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256])
    expect(sizesUpTo(1)).toEqual([1])
    expect(sizesUpTo(0)).toEqual([])
  })

  it('refuses more than there are', () => {
    expect(() => expectedBest([1, 2], 3)).toThrow('expectedBest: best of 3, of 2 scores.')
  })
})

describe('novelty', () => {
  it('is the geometric mean of the ratios of probabilities', () => {
    expect(sequenceRatio([Math.log(0.8), Math.log(0.4)], [Math.log(0.2), Math.log(0.4)])).toBeCloseTo(2, 12)
    expect(sequenceRatio([], [])).toBe(1)
    expect(() => sequenceRatio([1], [])).toThrow('sequenceRatio: 1 and 0 log-probabilities.')
  })

  it('counts ratios above 2, 10 and 100, and has a median that one answer cannot move', () => {
    const found = novelty([1, 1.5, 2, 3, 11, 2.6e6])!
    expect(found).toMatchObject({ median: 2.5, above_2: 3, above_10: 2, above_100: 1, n: 6 })
    expect(found.mean).toBeGreaterThan(4e5)
    expect(novelty([3, 1, 2])!.median).toBe(2)
    expect(novelty([])).toBeNull()
  })
})

describe('diversity', () => {
  const golden: { groups: { answers: string[]; selfBleu: number }[] } = JSON.parse(
    readFileSync(new URL('../../goldens/data/selfBleu.json', import.meta.url), 'utf8'),
  )

  it.each(golden.groups)('of $answers is NLTK’s $selfBleu', ({ answers, selfBleu: expected }) => {
    expect(selfBleu(answers)).toBeCloseTo(expected, 8)
  })

  it('does not depend on case, marks or order', () => {
    const answers = ['A dog barks, twice.', 'a cat?', 'two dogs bark']
    expect(selfBleu(answers)).toBeCloseTo(selfBleu(['TWO DOGS BARK!', 'a dog barks twice', 'A CAT'])!, 12)
    expect(selfBleu(['alone'])).toBeNull()
  })

  it('of embeddings is the mean cosine distance of all pairs', () => {
    expect(
      meanCosineDistance([
        [1, 0],
        [0, 3],
      ]),
    ).toBeCloseTo(1, 12)
    expect(
      meanCosineDistance([
        [1, 2],
        [2, 4],
        [3, 6],
      ]),
    ).toBeCloseTo(0, 12)
    expect(
      meanCosineDistance([
        [1, 0],
        [-1, 0],
        [0, 1],
      ]),
    ).toBeCloseTo((2 + 1 + 1) / 3, 12)
    expect(meanCosineDistance([[1, 0]])).toBeNull()
    expect(() =>
      meanCosineDistance([
        [1, 0],
        [0, 0],
      ]),
    ).toThrow('embedding 1 is all 0')
    expect(() => meanCosineDistance([[1, 0], [1]])).toThrow('embeddings of 2 and 1 numbers')
  })
})

describe('the watch on two judges', () => {
  const course = (training: (t: number) => number, heldOut: (t: number) => number) =>
    Array.from({ length: 40 }, (_, i) => ({ step: i + 1, training: training(i / 39), heldOut: heldOut(i / 39) }))

  it('finds a score that rises while the held-out one falls, and where that began', () => {
    const watch = hackingWatch(
      course(
        (t) => 0.2 + 0.6 * t,
        (t) => 0.5 - 0.8 * (t - 0.3) ** 2,
      ),
    )!
    expect(watch.finding).toBe('hacked')
    expect(watch.peakStep).toBeGreaterThan(10)
    expect(watch.peakStep).toBeLessThan(18)
  })

  it('finds a score that rises alone', () => {
    expect(
      hackingWatch(
        course(
          (t) => t,
          () => 0.4,
        ),
      )!.finding,
    ).toBe('unpaid')
  })

  it('is at ease when both rise, both fall, or neither moves', () => {
    expect(
      hackingWatch(
        course(
          (t) => t,
          (t) => 0.1 + 0.6 * t,
        ),
      )!.finding,
    ).toBe('fine')
    expect(
      hackingWatch(
        course(
          (t) => -t,
          (t) => -t,
        ),
      )!.finding,
    ).toBe('fine')
    expect(
      hackingWatch(
        course(
          () => 0.5,
          () => 0.5,
        ),
      )!.finding,
    ).toBe('fine')
  })

  it('says nothing of a short run', () => {
    expect(
      hackingWatch(
        course(
          (t) => t,
          (t) => t,
        ).slice(0, 9),
      ),
    ).toBeNull()
  })
})
