import fc from 'fast-check'
import type { Criterion, Rubric, VerifySpec } from '../../rubrics/index.ts'

/** Any text a file can hold: all of Unicode, control characters and line ends, without lone surrogates. */
export const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.lorem())

const text = anyText.filter((value) => value.trim() !== '')
const phrase = fc.oneof(
  fc.lorem({ maxCount: 2 }),
  anyText.filter((value) => /[^\s\p{P}\p{Z}\p{C}]/u.test(value)),
)
const phrases = fc.array(phrase, { minLength: 1, maxLength: 4 })
// JSON.stringify writes -0 as 0
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value))
const count = fc.nat({ max: 1_000 })

export const verifySpec: fc.Arbitrary<VerifySpec> = fc.oneof(
  fc.record({ kind: fc.constant('contains' as const), any_of: phrases, plural: fc.boolean() }),
  fc.record({ kind: fc.constant('contains' as const), any_of: phrases, all_of: phrases, plural: fc.boolean() }),
  fc.record({ kind: fc.constant('excludes' as const), none_of: phrases, plural: fc.boolean() }),
  fc.record({ kind: fc.constant('exact' as const), any_of: phrases, strict: fc.boolean() }),
  fc.record({
    kind: fc.constant('regex' as const),
    pattern: fc.constantFrom('a', '^\\p{L}+$', '\\d{2}', '(?<=a)b|c', '[\\s\\S]{3,}'),
    flags: fc.constantFrom('', 'i', 'ims'),
  }),
  fc.record({ kind: fc.constant('word-count' as const), min: count, max: fc.nat({ max: 500 }).map((n) => 1_000 + n) }),
  fc.record({
    kind: fc.constant('numeric' as const),
    value: number,
    tolerance: fc.double({ min: 0, max: 10, noNaN: true }).map((value) => (value === 0 ? 0 : value)),
    pick: fc.constantFrom('every' as const, 'any' as const, 'first' as const, 'last' as const),
  }),
  fc.record({
    kind: fc.constant('numeric' as const),
    value: count,
    tolerance: count,
    near: phrase,
    within: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({
    kind: fc.constant('order-of-mentions' as const),
    order: fc.constant(['dog', ['car', 'engine'], 'siren'] as (string | string[])[]),
    plural: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('speaking-rate' as const),
    min: count,
    max: fc.nat({ max: 500 }).map((n) => 1_000 + n),
  }),
  fc.record({
    kind: fc.constant('measure' as const),
    name: fc.constantFrom('loudness', 'leading-silence', 'word-error-rate'),
    at_least: count,
    at_most: fc.nat({ max: 500 }).map((n) => 1_000 + n),
  }),
)

const points = fc.oneof(fc.integer({ min: -10, max: 10 }), number).filter((value) => value !== 0)

export const criterion: fc.Arbitrary<Criterion> = fc.record(
  {
    id: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,20}$/),
    criterion: text,
    points,
    tags: fc.array(text, { maxLength: 3 }),
    verify: verifySpec,
  },
  { requiredKeys: ['id', 'criterion', 'points'] },
)

export const rubric: fc.Arbitrary<Rubric> = fc.record(
  {
    name: text,
    about: anyText,
    criteria: fc.uniqueArray(criterion, { minLength: 1, maxLength: 8, selector: ({ id }) => id }),
  },
  { requiredKeys: ['name', 'criteria'] },
)
