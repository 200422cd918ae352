import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSafetensors } from '../../../models/checkpoint/safetensors.ts'
import { mergeMethods } from '../../../models/merging/index.ts'
import type { TensorSettings } from '../../../models/merging/method.ts'
import { sfc32 } from '../../../models/random.ts'
import { mergeArrays } from './mergeArrays.ts'

const goldens = path.join(import.meta.dirname, '../../goldens/data/merging')
const named = (name: string) => mergeMethods.find((method) => method.name === name)!
const merge = (name: string, settings: TensorSettings, base: Float32Array, models: Float32Array[], chunk?: number) =>
  mergeArrays(named(name), settings, { base, models, ...(chunk === undefined ? {} : { chunk }) })

/** The draws of test/goldens/merging.py: element i of model k is kept where (7·i + 3·k) mod 10 < 10·density. */
const patterned = (model: number) => {
  let i = 0
  return () => ((7 * i++ + 3 * model) % 10) / 10
}

describe('DARE against mergekit', () => {
  const [base, a, b] = ['base', 'a', 'b'].map((name) => readSafetensors(path.join(goldens, name)))
  const settings = (shared: object): TensorSettings => ({
    shared: { lambda: 1, normalize: false, ...shared },
    models: [
      { weight: 0.6, density: 0.5 },
      { weight: 0.6, density: 0.8 },
    ],
  })

  it.each([
    ['dare_linear', { rescale: 'l1' }],
    ['dare_ties', { rescale: false }],
  ])('%s drops the same numbers to the same sum', (name, shared) => {
    const expected = readSafetensors(path.join(goldens, `${name}.safetensors`))
    for (const [tensor, { shape }] of expected.tensors) {
      const merged = mergeArrays(named(name), settings(shared), {
        base: base!.read(tensor),
        models: [a!.read(tensor), b!.read(tensor)],
        shape,
        chunk: 7,
        random: patterned,
      })
      const wanted = expected.read(tensor)
      for (const [i, value] of merged.entries()) expect(value, `${tensor}[${i}]`).toBeCloseTo(wanted[i]!, 5)
    }
  })

  it('the golden is of the recipe that this test writes out', () => {
    const recipe = readFileSync(path.join(goldens, 'dare_linear.yaml'), 'utf8')
    expect(recipe.match(/density: 0\.[58]/g)).toEqual(['density: 0.5', 'density: 0.8'])
  })
})

const gauss = (seed: number, size: number) => {
  const random = sfc32(seed)
  return Float32Array.from({ length: size }, () => random() + random() + random() - 1.5)
}
const arrays = fc
  .tuple(fc.nat(1e6), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 20 }))
  .map(([seed, size, chunk]) => ({
    base: gauss(seed, size),
    models: [gauss(seed + 1, size), gauss(seed + 2, size), gauss(seed + 3, size)],
    chunk,
  }))
const alike = (weight = 1, density = 1) => [1, 2, 3].map(() => ({ weight, density }))

describe('merge methods', () => {
  it.each([
    ['linear', { normalize: true }],
    ['task_arithmetic', { lambda: 1, normalize: true }],
    ['ties', { lambda: 1, normalize: true }],
    ['dare_linear', { lambda: 1, normalize: true, rescale: true }],
    ['dare_ties', { lambda: 1, normalize: true, rescale: true }],
    ['model_stock', { filter_wise: false }],
  ])('%s of three times the same model is that model', (name, shared) => {
    fc.assert(
      fc.property(arrays, ({ base, models: [model], chunk }) => {
        const merged = merge(name, { shared, models: alike() }, base, [model!, model!, model!], chunk)
        for (const [i, value] of merged.entries()) expect(value).toBeCloseTo(model![i]!, 5)
      }),
      { numRuns: 30 },
    )
  })

  it.each(mergeMethods.filter(({ name }) => name !== 'slerp').map(({ name }) => name))(
    '%s is the same to the bit whatever the length of the pieces',
    (name) => {
      const shared = { lambda: 0.8, normalize: name !== 'dare_ties', rescale: 'l1', filter_wise: true }
      fc.assert(
        fc.property(arrays, ({ base, models, chunk }) => {
          const settings = { shared, models: alike(0.7, 0.5) }
          expect(merge(name, settings, base, models, chunk)).toEqual(merge(name, settings, base, models, 1000))
        }),
        { numRuns: 30 },
      )
    },
  )

  it('ties keeps exactly the share of largest numbers that density names', () => {
    fc.assert(
      fc.property(arrays, fc.double({ min: 0.01, max: 1, noNaN: true }), ({ base, models, chunk }, density) => {
        const settings = { shared: { lambda: 1, normalize: false }, models: [{ weight: 1, density }] }
        const merged = merge('ties', settings, base, [models[0]!], chunk)
        const sizes = Array.from(base, (value, i) => Math.abs(Math.fround(models[0]![i]! - value)))
        const kept = sizes.filter((_, i) => merged[i] !== base[i]!)
        const k = Math.max(1, Math.floor(density * base.length))
        const largest = sizes.toSorted((x, y) => y - x).slice(0, k)
        expect(kept.toSorted((x, y) => y - x)).toEqual(largest.filter((size) => size > 0))
      }),
    )
  })

  it('ties keeps the first of equal numbers where not all of them have room', () => {
    const settings = { shared: { lambda: 1, normalize: true }, models: [{ weight: 1, density: 0.5 }] }
    expect([...merge('ties', settings, new Float32Array(6), [Float32Array.of(2, 2, 2, 2, 5, 0)], 4)]).toEqual([
      2, 2, 0, 0, 5, 0,
    ])
  })

  it('ties drops what disagrees with the elected sign, by hand', () => {
    // sums: 3 − 2 = +1 → 3; −4 + 1 − 1 → −4, −1 agree → −2.5; 0: nothing counts
    const models = [Float32Array.of(3, -4, 0), Float32Array.of(-2, 1, 0), Float32Array.of(0, -1, 0)]
    const settings = { shared: { lambda: 1, normalize: true }, models: alike() }
    expect([...merge('ties', settings, new Float32Array(3), models)]).toEqual([3, -2.5, 0])
  })

  it('dare keeps the expectation of a difference', () => {
    const size = 200_000
    const settings = { shared: { lambda: 1, normalize: false, rescale: true }, models: [{ weight: 1, density: 0.2 }] }
    const merged = merge('dare_linear', settings, new Float32Array(size), [new Float32Array(size).fill(1)])
    const mean = merged.reduce((sum, value) => sum + value, 0) / size
    expect(mean).toBeGreaterThan(0.98) // standard error 2 / √200000 = 0.0045
    expect(mean).toBeLessThan(1.02)
    expect(new Set(merged)).toEqual(new Set([0, 5]))
  })

  it('slerp between unit vectors stays on the sphere, and halves the angle at 0.5', () => {
    const slerp = (t: number) =>
      merge('slerp', { shared: { t }, models: [{}] }, Float32Array.of(1, 0), [Float32Array.of(0, 1)])
    for (const t of [0, 0.25, 0.5, 0.9, 1]) expect(Math.hypot(...slerp(t))).toBeCloseTo(1, 6)
    expect(slerp(0.5)[0]).toBeCloseTo(Math.SQRT1_2, 6)
    expect([...slerp(0)]).toEqual([1, 0])
  })

  it('model stock gives t = 2·cos θ / (1 + cos θ) for two models, and the base where they pull apart', () => {
    const stock = (a: number[], b: number[]) => [
      ...merge('model_stock', { shared: { filter_wise: false }, models: [{}, {}] }, Float32Array.of(0, 0), [
        Float32Array.from(a),
        Float32Array.from(b),
      ]),
    ]
    const [x, y] = stock([1, 0], [0.6, 0.8]) // cos θ = 0.6, t = 0.75, mean (0.8, 0.4)
    expect(x).toBeCloseTo(0.6, 6)
    expect(y).toBeCloseTo(0.3, 6)
    expect(stock([1, 0], [0, 1])).toEqual([0, 0])
    expect(stock([1, 0], [-1, 0])).toEqual([0, 0])
  })
})
