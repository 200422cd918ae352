import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { checkValue, checkYaml, pathText, unknownName } from '../../rubrics/index.ts'

const schema = z.strictObject({
  rate: z.number().positive().optional(),
  share: z.number().min(0).max(1).optional(),
  steps: z.int().positive().optional(),
  on: z.boolean().optional(),
  name: z.string().min(2).optional(),
  home: z.union([z.string(), z.strictObject({ audio: z.string(), language: z.string() })]).optional(),
  length: z.union([z.literal('auto'), z.int()]).optional(),
  own: z
    .string()
    .refine((text) => text !== 'x', { error: 'x is taken.' })
    .optional(),
  more: z.record(z.string(), z.number()).optional(),
})

const line = (yaml: string): string => {
  const checked = checkYaml(schema, yaml, { file: 'recipe.yaml' })
  return checked.ok ? 'ok' : checked.problems.join('\n')
}

describe('a value that does not fit any schema', () => {
  it.each([
    ['rate: 0', 'recipe.yaml:1 rate: expected more than 0, got 0.'],
    ['share: 1.5', 'recipe.yaml:1 share: expected at most 1, got 1.5.'],
    ['steps: 2.5', 'recipe.yaml:1 steps: expected a whole number, got 2.5.'],
    ['steps: ten', 'recipe.yaml:1 steps: expected a whole number, got "ten".'],
    ['steps: 10 steps', 'recipe.yaml:1 steps: expected a whole number, got "10 steps". Write steps: 10.'],
    ['steps: 2.5 s', 'recipe.yaml:1 steps: expected a whole number, got "2.5 s".'],
    ['steps:', 'recipe.yaml:1 steps: expected a whole number, got nothing.'],
    ['on: "no"', 'recipe.yaml:1 on: expected true or false, got "no". Write on: false.'],
    ['name: 12', 'recipe.yaml:1 name: expected text, got 12. Write name: "12".'],
    ['name: a', 'recipe.yaml:1 name: expected at least 2 characters, got "a".'],
    ['home: 3', 'recipe.yaml:1 home: expected text or a mapping, got 3.'],
    [
      'home:\n  audio: a\n  langage: b',
      'recipe.yaml:1 home.language: missing, expected text.\nrecipe.yaml:3 home.langage: unknown key. Did you mean "language"?',
    ],
    ['length: atuo', 'recipe.yaml:1 length: expected "auto" or a number, got "atuo".'],
    ['own: x', 'recipe.yaml:1 own: x is taken.'],
    ['more: { "a b": x }', 'recipe.yaml:1 more["a b"]: expected a number, got "x".'],
    ['# a note\n\nrates: 1', 'recipe.yaml:3 rates: unknown key. Did you mean "rate"?'],
    ['a: &a [1]\nrate: *b', 'recipe.yaml:2: unknown alias *b. Write its anchor &b before it.'],
    ['name: !secret x', 'recipe.yaml:1: Unresolved tag: !secret'],
    [
      '__proto__: { polluted: 1 }',
      'recipe.yaml:1 __proto__: unknown key. Known: rate, share, steps, on, name, home, length, own, more.',
    ],
  ])('%j → %j', (yaml, expected) => {
    expect(line(yaml)).toBe(expected)
  })

  it('is found behind an alias, where it is written', () => {
    const list = z.array(z.strictObject({ n: z.number() }))
    expect(checkYaml(list, '- &one\n  n: x\n- *one\n')).toEqual({
      ok: false,
      problems: ['line 2 [0].n: expected a number, got "x".', 'line 2 [1].n: expected a number, got "x".'],
    })
  })

  it('never makes the check throw, whatever text it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        const checked = checkYaml(schema, text)
        expect(checked.ok || checked.problems.every((problem) => /^line \d+/.test(problem))).toBe(true)
      }),
    )
  })
})

it('a value that fits comes back with its defaults', () => {
  expect(checkValue(z.strictObject({ a: z.number().default(3) }), {})).toEqual({ ok: true, value: { a: 3 } })
})

it('a nearest key is one a slip away, across spelling styles, and none that merely exists', () => {
  expect(unknownName('key', 'maxTokens', ['max_tokens', 'min'])).toBe('unknown key. Did you mean "max_tokens"?')
  expect(unknownName('key', 'grup', ['group', 'step'])).toBe('unknown key. Did you mean "group"?')
  expect(unknownName('key', 'colour', ['group', 'step'])).toBe('unknown key. Known: group, step.')
})

it('a path reads as one would write it', () => {
  expect(pathText(['criteria', 2, 'verify', 'max'])).toBe('criteria[2].verify.max')
  expect(pathText([0, 'a.b'])).toBe('[0]["a.b"]')
})
