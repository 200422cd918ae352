import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkRubric,
  checkValue,
  checkYaml,
  drawScaffold,
  groupFactor,
  nShown,
  type ScaffoldOptions,
  scaffoldRatio,
  scaffoldSchema,
  stepFactor,
} from '../../rubrics/index.ts'
import { policyGolden } from '../src/update/losses/policyGolden.ts'
import { seeded } from './seeded.ts'

const options = (input: object = {}): ScaffoldOptions => scaffoldSchema.parse(input)
const group = (size: number, input: object = {}) =>
  Array.from({ length: size }, (_, index) => groupFactor(index, size, options(input)))
const rubricOf = (n: number) =>
  checkRubric({
    name: 'r',
    criteria: Array.from({ length: n }, (_, i) => ({ id: `c${i}`, criterion: `C${i}.`, points: i % 3 === 2 ? -1 : 1 })),
  })

describe('papers.md §11: scaffold', () => {
  it('λ_group for G = 8 is 1, 6/7, …, 1/7, 0', () => {
    expect(group(8)).toEqual([1, 6 / 7, 5 / 7, 4 / 7, 3 / 7, 2 / 7, 1 / 7, 0])
  })

  it('at t = t₀ every entry halves', () => {
    // T = 101, t₀ = 0.2: step 21 is t = 0.2
    const ratios = group(8).map((_, index) =>
      scaffoldRatio({ step: 21, totalSteps: 101, index, groupSize: 8 }, options()),
    )
    expect(ratios).toEqual(group(8).map((factor) => factor / 2))
  })

  it('counts for N = 11 and λ_step = 1 are 11, 9, 8, 6, 5, 3, 2, 0', () => {
    expect(group(8).map((factor) => nShown(factor, 11))).toEqual([11, 9, 8, 6, 5, 3, 2, 0])
  })

  it('halves round to even, as in Python', () => {
    expect([0.05, 0.15, 0.25, 0.35, 0.45].map((ratio) => nShown(ratio, 10))).toEqual([0, 2, 2, 4, 4])
  })

  it.each([
    [350, 70, 0.5711],
    [350, 71, 0.4821],
    [350, 75, 0.1818],
    [350, 80, 0.0357],
    [100, 20, 0.733],
    [100, 21, 0.4372],
  ])('λ_step for α = 125, t₀ = 0.2, T = %i at step %i is %f', (totalSteps, step, expected) => {
    expect(stepFactor(step, totalSteps, options())).toBeCloseTo(expected, expected === 0.733 ? 3 : 4)
  })

  it.each([
    [50, 0.9994],
    [60, 0.98],
    [65, 0.889],
    [90, 0.001],
  ])('λ_step for T = 350 at step %i is %f (papers.md §1.4)', (step, expected) => {
    expect(Math.abs(stepFactor(step, 350, options()) - expected)).toBeLessThanOrEqual(0.0005)
  })
})

describe('RuscaRL’s own code', () => {
  it('gives the shares that we give, by every rule', () => {
    for (const { options: input, totalSteps, step, ratios } of policyGolden.ratios) {
      const ours = ratios.map((_, index) =>
        scaffoldRatio({ step, totalSteps, index, groupSize: ratios.length }, options(input)),
      )
      for (const [i, ratio] of ours.entries()) expect(ratio).toBeCloseTo(ratios[i]!, 8)
    }
  })

  it('chooses by math_linear what we choose: those to include, then those to avoid', () => {
    const never = () => {
      throw new Error('drew')
    }
    for (const { nCriteria, ratio, shown } of policyGolden.choices) {
      const drawn = drawScaffold(rubricOf(nCriteria), ratio, never, 'math')
      const listed = [...drawn.filter(({ points }) => points > 0), ...drawn.filter(({ points }) => points < 0)]
      expect(listed.map(({ id }) => id)).toEqual(shown)
    }
  })

  it('fails on a rubric of one criterion, where ours shows it with all', () => {
    expect(drawScaffold(rubricOf(1), 0.9, seeded(1), 'math')).toEqual([])
    expect(drawScaffold(rubricOf(1), 1, seeded(1), 'math')).toHaveLength(1)
  })
})

describe('factors', () => {
  it('binary reveals all to the first full_reveal_count and nothing to the rest', () => {
    expect(group(4, { group: 'binary' })).toEqual([1, 0, 0, 0])
    expect(group(4, { group: 'binary', full_reveal_count: 3 })).toEqual([1, 1, 1, 0])
    expect(group(2, { group: 'binary', full_reveal_count: 0 })).toEqual([0, 0])
  })

  it('a group of one is never scaffolded', () => {
    expect(group(1)).toEqual([0])
    expect(group(1, { group: 'binary' })).toEqual([0])
  })

  it('refuse an index outside the group', () => {
    expect(() => groupFactor(8, 8, options())).toThrow('groupFactor: index 8 is outside a group of 8. Write 0 to 7.')
  })

  it('linear is (T − step)/(T − 1), power (1 − t)ⁿ, constant 1', () => {
    expect(stepFactor(3, 11, options({ step: 'linear' }))).toBeCloseTo(8 / 10, 12)
    expect(stepFactor(3, 11, options({ step: 'power', power: 3 }))).toBeCloseTo(0.8 ** 3, 12)
    expect(stepFactor(11, 11, options({ step: 'constant' }))).toBe(1)
  })

  it('stay in [0, 1] and never grow with the step, whatever the settings', () => {
    const settings = fc.oneof(
      fc.record({
        step: fc.constant('sigmoid'),
        steepness: fc.double({ min: 0.01, max: 1e4, noNaN: true }),
        midpoint: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      fc.record({ step: fc.constant('power'), power: fc.double({ min: 0.01, max: 20, noNaN: true }) }),
      fc.record({ step: fc.constantFrom('linear', 'constant') }),
    )
    fc.assert(
      fc.property(settings, fc.integer({ min: 1, max: 500 }), fc.nat({ max: 600 }), (input, totalSteps, step) => {
        const now = stepFactor(step, totalSteps, options(input))
        expect(now).toBeGreaterThanOrEqual(0)
        expect(now).toBeLessThanOrEqual(1)
        expect(stepFactor(step + 1, totalSteps, options(input))).toBeLessThanOrEqual(now)
      }),
    )
  })
})

describe('drawScaffold', () => {
  const ids = (n: number, ratio: number, seed: number) =>
    drawScaffold(rubricOf(n), ratio, seeded(seed)).map(({ id }) => id)

  it('draws round(ratio · N) criteria of the rubric, none twice', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(),
        (n, ratio, seed) => {
          const drawn = ids(n, ratio, seed)
          expect(drawn).toHaveLength(nShown(ratio, n))
          expect(new Set(drawn).size).toBe(drawn.length)
        },
      ),
    )
  })

  it('at ratio 1 shows all in file order and draws nothing; just below, all in random order', () => {
    const never = () => {
      throw new Error('drew')
    }
    expect(drawScaffold(rubricOf(6), 1, never).map(({ id }) => id)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4', 'c5'])
    expect(ids(6, 0.9999, 1)).not.toEqual(ids(6, 1, 1))
    expect(ids(6, 0.9999, 1).toSorted()).toEqual(ids(6, 1, 1))
  })

  it('gives every ordered pair of criteria the same chance', () => {
    const random = seeded(11)
    const counts = new Map<string, number>()
    const nDraws = 12_000
    for (let i = 0; i < nDraws; i++) {
      const key = drawScaffold(rubricOf4, 0.5, random)
        .map(({ id }) => id)
        .join()
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    expect(counts.size).toBe(12)
    const expected = nDraws / 12
    const chi2 = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    expect(chi2).toBeLessThan(31.3) // 0.999 quantile, 11 degrees of freedom
  })
  const rubricOf4 = rubricOf(4)

  it('is the same for the same seed, drawn anew from the next number', () => {
    expect(ids(9, 0.5, 4)).toEqual(ids(9, 0.5, 4))
    const random = seeded(4)
    const first = drawScaffold(rubricOf(9), 0.5, random)
    expect(drawScaffold(rubricOf(9), 0.5, random)).not.toEqual(first)
  })

  it('leaves the rubric as it was and refuses a ratio that is none', () => {
    const rubric = rubricOf(5)
    drawScaffold(rubric, 0.6, seeded(2))
    expect(rubric).toEqual(rubricOf(5))
    expect(() => drawScaffold(rubric, Number.NaN, seeded(2))).toThrow('drawScaffold: ratio NaN')
  })
})

describe('scaffoldSchema', () => {
  it('has the defaults of the recommended script', () => {
    expect(options()).toEqual({
      group: 'linear',
      step: 'sigmoid',
      steepness: 125,
      midpoint: 0.2,
      style: 'full',
      choice: 'random',
      turn: 'own',
      base: null,
      show_points: true,
      warning: true,
    })
  })

  it('fills in what the chosen factors read, and reads its own output back', () => {
    const filled = options({ group: 'binary', step: 'power' })
    expect(filled).toMatchObject({ full_reveal_count: 1, power: 2 })
    expect(filled).not.toHaveProperty('steepness')
    expect(options(filled)).toEqual(filled)
  })

  it('refuses a setting that nothing would read, and an unknown one', () => {
    expect(checkYaml(scaffoldSchema, 'step: linear\nsteepness: 9', { file: 'recipe.yaml' })).toEqual({
      ok: false,
      problems: [
        'recipe.yaml:2 steepness: read only when step is sigmoid, and it is linear. Remove it, or write step: sigmoid.',
      ],
    })
    expect(checkValue(scaffoldSchema, { grup: 'linear' }, 'recipe')).toEqual({
      ok: false,
      problems: ['recipe grup: unknown key. Did you mean "group"?'],
    })
  })
})
