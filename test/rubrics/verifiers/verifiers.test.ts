import { describe, expect, it } from 'vitest'
import { verifySchema } from '../../../rubrics/verifiers/index.ts'
import { meets, reasonFor } from './cases.ts'

const refused = (spec: object): string => verifySchema.safeParse(spec).error?.issues[0]?.message ?? 'accepted'

describe('contains', () => {
  it('needs one of any_of and all of all_of', () => {
    const spec = { kind: 'contains', any_of: ['dog', 'puppy'], all_of: ['siren'] }
    expect(meets(spec, 'A puppy and a siren.')).toBe(true)
    expect(meets(spec, 'A puppy.')).toBe(false)
    expect(meets(spec, 'A siren.')).toBe(false)
    expect(reasonFor(spec, 'A siren.')).toBe('mentions "siren"; none of "dog", "puppy"')
    expect(reasonFor(spec, 'A cat.')).toBe('none of "dog", "puppy"; lacks "siren"')
  })

  it('refuses to look for nothing', () => {
    expect(refused({ kind: 'contains' })).toMatch(/Write any_of, all_of or both/)
    expect(refused({ kind: 'contains', any_of: ['—'] })).toMatch(/expected a word or a phrase/)
  })
})

describe('exact', () => {
  const spec = { kind: 'exact', any_of: ['Two dogs'] }
  it('passes over case, spacing and punctuation unless strict', () => {
    expect(meets(spec, ' “two  dogs.” ')).toBe(true)
    expect(meets(spec, 'Two dogs bark')).toBe(false)
    expect(meets({ ...spec, strict: true }, 'two dogs')).toBe(false)
    expect(meets({ ...spec, strict: true }, 'Two dogs')).toBe(true)
  })
})

describe('regex', () => {
  it('is found anywhere, in any case by default', () => {
    expect(meets({ kind: 'regex', pattern: 'D.g' }, 'a dog')).toBe(true)
    expect(meets({ kind: 'regex', pattern: 'D.g', flags: '' }, 'a dog')).toBe(false)
    expect(meets({ kind: 'regex', pattern: '^\\p{Lu}' }, 'Übung')).toBe(true)
  })

  it('that backtracks without end is stopped and unknown', () => {
    const start = performance.now()
    const spec = { kind: 'regex', pattern: '^(a+)+$' }
    expect(meets(spec, `${'a'.repeat(50)}b`)).toBeNull()
    expect(performance.now() - start).toBeLessThan(2_000)
    expect(reasonFor(spec, `${'a'.repeat(50)}b`)).toBe('/^(a+)+$/i took longer than 200 ms on this answer')
    expect(meets(spec, 'aaa')).toBe(true) // and the next answer is judged
  })

  it('that is no pattern is refused', () => {
    expect(refused({ kind: 'regex', pattern: '[z-a]' })).toMatch(/^not a pattern: Range out of order/)
    expect(refused({ kind: 'regex', pattern: 'a', flags: 'g' })).toBe('expected some of i, m and s.')
    expect(refused({ kind: 'regex', pattern: 'a', flags: 'ii' })).toMatch(/^not a pattern/)
  })
})

describe('word-count', () => {
  it('takes both ends in', () => {
    const spec = { kind: 'word-count', min: 2, max: 3 }
    expect(['a', 'a b', 'a b c', 'a b c d'].map((text) => meets(spec, text))).toEqual([false, true, true, false])
    expect(reasonFor(spec, 'a')).toBe('1 words, allowed 2 to 3')
  })

  it('refuses limits that every answer, or none, would meet', () => {
    expect(refused({ kind: 'word-count' })).toMatch(/every answer would pass/)
    expect(refused({ kind: 'word-count', min: 4, max: 3 })).toMatch(/min 4 is more than max 3/)
  })
})

describe('numeric', () => {
  it('without near wants every number to fit, so that listing many earns nothing', () => {
    const spec = { kind: 'numeric', value: 3 }
    expect(meets(spec, 'Three, so 3.')).toBe(true)
    expect(meets(spec, '1 2 3 4 5')).toBe(false)
    expect(meets(spec, 'some')).toBe(false)
    expect(reasonFor(spec, '2 or 3')).toBe('says 2, 3; every must be 3')
  })

  it('pick says which number decides', () => {
    const text = 'Two, no, three.'
    expect(['every', 'any', 'first', 'last'].map((pick) => meets({ kind: 'numeric', value: 3, pick }, text))).toEqual([
      false,
      true,
      false,
      true,
    ])
  })

  it('near reads the number nearest to the phrase, before or after it, within some words', () => {
    const spec = { kind: 'numeric', value: 3, near: 'beep' }
    expect(meets(spec, 'After 10 seconds, three short beeps.')).toBe(true)
    expect(meets(spec, 'Beeps: 3, over 10 seconds.')).toBe(true)
    expect(meets(spec, 'Two beeps, then 3 barks.')).toBe(false)
    expect(meets(spec, '3 of the many loud beeps')).toBe(false)
    expect(meets({ ...spec, within: 5 }, '3 of the many loud beeps')).toBe(true)
    expect(reasonFor(spec, '3 dogs')).toBe('has no number within 3 words of "beep"')
  })

  it('tolerance takes its ends in, decimal fractions too', () => {
    const spec = { kind: 'numeric', value: 0.2, tolerance: 0.1 }
    expect(['0.1', '0.3', '0.31', '0.09'].map((text) => meets(spec, text))).toEqual([true, true, false, false])
    expect(meets({ kind: 'numeric', value: 440, tolerance: 5 }, 'about 443 Hz')).toBe(true)
  })

  it('refuses settings that would not be read', () => {
    expect(refused({ kind: 'numeric', value: 1, within: 2 })).toMatch(/read only with near/)
    expect(refused({ kind: 'numeric', value: 1, near: 'dog', pick: 'any' })).toMatch(/read only without near/)
  })
})

describe('order-of-mentions', () => {
  const spec = { kind: 'order-of-mentions', order: ['dog', ['car', 'engine'], 'siren'] }
  it('goes by first mentions, by any synonym, and wants them all', () => {
    expect(meets(spec, 'A dog, an engine, a siren, the dog again.')).toBe(true)
    expect(meets(spec, 'Before the car, a dog; last a siren.')).toBe(false)
    expect(reasonFor(spec, 'Before the car, a dog; last a siren.')).toBe('mentions car, then dog, then siren')
    expect(reasonFor(spec, 'A dog.')).toBe('never mentions car, siren')
  })

  it('refuses a phrase that stands twice', () => {
    expect(refused({ kind: 'order-of-mentions', order: ['dog', ['cat', 'Dog']] })).toMatch(
      /"dog" stands in two entries/,
    )
  })
})

describe('excludes', () => {
  it('names what it found', () => {
    const spec = { kind: 'excludes', none_of: ['cat', 'cow'], plural: true }
    expect(reasonFor(spec, 'Cows moo.')).toBe('mentions "cow"')
    expect(meets(spec, '')).toBe(true)
  })
})
