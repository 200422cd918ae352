import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type MeasuredValue, parseRubric } from '../../../rubrics/index.ts'
import { verify, verifySchema } from '../../../rubrics/verifiers/index.ts'

const find = (spec: object, measures?: Record<string, MeasuredValue>) =>
  verify(verifySchema.parse({ kind: 'measure', ...spec }), { text: 'x', ...(measures && { measures }) })

describe('a criterion on a measure', () => {
  it('is met exactly within its bounds, which belong to it', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(finite, finite, finite, (a, b, value) => {
        const [at_least, at_most] = [Math.min(a, b), Math.max(a, b)]
        const { met } = find({ name: 'snr', at_least, at_most }, { snr: { value } })
        expect(met).toBe(value >= at_least && value <= at_most)
        expect(find({ name: 'snr', at_least }, { snr: { value: at_least } }).met).toBe(true)
        expect(find({ name: 'snr', at_most }, { snr: { value } }).met).toBe(value <= at_most)
      }),
    )
  })

  it('is unknown, with the reason, where the measure is', () => {
    const found = find({ name: 'snr', at_least: 0 }, { snr: { value: null, reason: 'nobody speaks' } })
    expect(found).toEqual({ met: null, reason: 'snr is unknown: nobody speaks' })
    expect(find({ name: 'snr', at_least: 0 }, { snr: { value: Number.NaN } }).met).toBeNull()
  })

  it('is unknown for an answer that was not measured, and suggests the nearest name', () => {
    expect(find({ name: 'snr', at_least: 0 })).toEqual({
      met: null,
      reason: 'the answer has no measures, which measure needs',
    })
    expect(find({ name: 'loudnes', at_least: 0 }, { loudness: { value: 1 } })).toEqual({
      met: null,
      reason: 'measure "loudnes": unknown name. Did you mean "loudness"?',
    })
  })

  it('says the value with its unit', () => {
    expect(find({ name: 'loudness', at_most: -16 }, { loudness: { value: -19.43219, unit: 'LUFS' } }).reason).toBe(
      'loudness is -19.43 LUFS, allowed at most -16',
    )
  })

  it.each([
    ['{ kind: measure, name: snr }', 'at_least: missing, as is at_most: every answer would pass.'],
    ['{ kind: measure, name: snr, at_least: 3, at_most: 2 }', 'at_least 3 is more than at_most 2. Exchange them.'],
    ['{ kind: measure, name: S N R, at_least: 3 }', 'expected lower-case words with hyphens'],
    ['{ kind: measure, name: snr, min: 3 }', 'min: unknown key.'],
  ])('refuses %s', (spec, why) => {
    expect(() => parseRubric(`name: r\ncriteria:\n  - criterion: x\n    points: 1\n    verify: ${spec}\n`)).toThrow(why)
  })
})
