import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import {
  checkRubric,
  libraryRubrics,
  loadRubric,
  type Rubric,
  scoreVerdicts,
  verifyCriterion,
} from '../../../rubrics/index.ts'
import { exportPromptfoo } from '../../../src/rubricCraft/promptfoo/exportPromptfoo.ts'
import { importPromptfoo } from '../../../src/rubricCraft/promptfoo/importPromptfoo.ts'

const imported = (tests: object[], more: object = {}) =>
  importPromptfoo(stringify({ ...more, tests }), { file: 'p.yaml' })
const one = (...assert: object[]): Rubric => imported([{ description: 't', assert }]).rubrics[0]!
const decides = (assertion: object, text: string) => verifyCriterion(one(assertion).criteria[0]!, { text }).met

interface Assertion {
  readonly type: string
  readonly value: string
  readonly weight: number
  readonly metric: string
}
const exported = (...rubrics: Rubric[]) => {
  const { text, left } = exportPromptfoo(rubrics)
  return { tests: (parse(text) as { tests: { description: string; assert: Assertion[] }[] }).tests, left }
}

describe('importPromptfoo', () => {
  it.each([
    [{ type: 'contains', value: 'a.b' }, 'x a.b y', 'x aXb y'],
    [{ type: 'contains', value: 'Dog' }, 'Dogged', 'dog'],
    [{ type: 'icontains', value: 'Dog' }, 'a dog', 'a cat'],
    [{ type: 'contains', value: 42 }, 'it is 420', 'it is 4 2'],
    [{ type: 'contains-any', value: ['a', '(b)'] }, 'x(b)', 'xb'],
    [{ type: 'contains-all', value: ['a', 'b'] }, 'b\na', 'a'],
    [{ type: 'icontains-all', value: ['A', 'B'] }, 'b a', 'a'],
    [{ type: 'starts-with', value: 'Yes,' }, 'Yes, it is', ' Yes, it is'],
    [{ type: 'equals', value: 'Yes' }, 'Yes', 'yes'],
    [{ type: 'regex', value: '\\d{4}' }, 'in 1984', 'in 84'],
    [{ type: 'word-count', value: { max: 3 } }, 'one two', 'one two three four'],
    [{ type: 'word-count', value: 2 }, 'one two', 'one'],
  ])('%j decides as promptfoo documents', (assertion, met, unmet) => {
    expect(decides(assertion, met)).toBe(true)
    expect(decides(assertion, unmet)).toBe(false)
  })

  it('takes weights for points, not- for penalties, metrics for ids, and graded ones for the judge', () => {
    const { criteria } = one(
      { type: 'llm-rubric', value: 'Is polite.', weight: 3, metric: 'Good manners' },
      { type: 'not-icontains', value: 'sorry' },
      { type: 'g-eval', value: ['Is short.', 'Is true.'], metric: 'style' },
      { type: 'assert-set', assert: [{ type: 'contains', value: 'x' }] },
    )
    expect(criteria.map(({ id, points, verify }) => [id, points, verify?.kind])).toEqual([
      ['good-manners', 3, undefined],
      [expect.stringContaining('contains-sorry'), -1, 'regex'],
      ['style', 1, undefined],
      ['style-2', 1, undefined],
      [expect.stringContaining('contains-x'), 1, 'regex'],
    ])
  })

  it('fills in the vars of each test, and adds the assertions of defaultTest to all', () => {
    const defaultTest = { assert: [{ type: 'word-count', value: { max: 9 } }] }
    const tests = [
      { vars: { city: 'Oslo' }, assert: [{ type: 'contains', value: '{{ city }}' }] },
      { vars: { city: 'Rome' } },
    ]
    const { rubrics } = imported(tests, { description: 'Towns', defaultTest })
    expect(rubrics.map(({ name, criteria }) => [name, criteria.map(({ criterion }) => criterion)])).toEqual([
      ['towns-1', ['Contains "Oslo".', 'Has at most 9 words.']],
      ['towns-2', ['Has at most 9 words.']],
    ])
  })

  it('names what it leaves out', () => {
    const { rubrics, left } = imported([
      {
        assert: [
          { type: 'javascript', value: 'output.length < 9' },
          { type: 'llm-rubric', value: 'file://rubric.txt' },
          { type: 'contains', value: 'a', weight: 0 },
          { type: 'regex', value: '\\-' },
          { type: 'contains', value: 'a' },
        ],
      },
      { assert: [{ type: 'latency', threshold: 9 }] },
    ])
    expect(rubrics).toHaveLength(1)
    expect(rubrics[0]!.criteria).toHaveLength(1)
    expect(left).toEqual([
      'p.yaml tests[0].assert[0]: javascript has no counterpart in a rubric.',
      'p.yaml tests[0].assert[1]: llm-rubric reads its value from a file; write it in place.',
      'p.yaml tests[0].assert[2]: contains with weight 0 never counts.',
      'p.yaml tests[0].assert[3]: /\\-/ is no pattern under Unicode rules. Check its escapes.',
      'p.yaml tests[1].assert[0]: latency has no counterpart in a rubric.',
      'p.yaml tests[1]: no assertion that a rubric can hold.',
    ])
  })

  it.each([
    ['tests: [{assert: [{value: a}]}]', 'p.yaml tests[0].assert[0] type: missing, expected text.'],
    ['tests: [{assert: [{type: contains}]}]', 'p.yaml tests[0].assert[0].value'],
    ['tests: file://tests.csv', 'p.yaml tests: names the file file://tests.csv. Import that file.'],
    ['tests: [', 'p.yaml: '],
    ['tests: [{assert: [{type: contains, value: a, weight: -1}]}]', 'weight: expected at least 0, got -1.'],
  ])('refuses %s', (source, why) => {
    expect(() => importPromptfoo(source, { file: 'p.yaml' })).toThrow(why)
  })
})

describe('exportPromptfoo', () => {
  it.each(libraryRubrics())(
    'writes %s with its ids, points and signs, and the words of what a grader must decide',
    async (name) => {
      const rubric = await loadRubric(name)
      const [test] = exported(rubric).tests
      expect(test!.description).toBe(name)
      expect(test!.assert.map(({ metric }) => metric)).toEqual(rubric.criteria.map(({ id }) => id))
      for (const [i, { criterion, points, verify }] of rubric.criteria.entries()) {
        const { type, weight, value } = test!.assert[i]!
        expect(type.startsWith('not-')).toBe(points < 0)
        expect(weight).toBe(Math.abs(points))
        if (verify === undefined) expect([type.replace('not-', ''), value]).toEqual(['llm-rubric', criterion])
      }
    },
  )

  it('names what promptfoo cannot measure', async () => {
    expect(exported(await loadRubric('transcription')).left).toContain(
      'transcription loops: promptfoo has no measure; its grader reads the text of the criterion.',
    )
  })

  const phrase = fc.stringMatching(/^[a-z]{1,3}( [a-z]{1,3})?$/)
  const spec = fc.oneof(
    fc.record({ kind: fc.constant('contains'), any_of: fc.array(phrase, { minLength: 1, maxLength: 2 }) }),
    fc.record({ kind: fc.constant('contains'), all_of: fc.array(phrase, { minLength: 1, maxLength: 2 }) }),
    fc.record({ kind: fc.constant('excludes'), none_of: fc.array(phrase, { minLength: 1, maxLength: 2 }) }),
    fc.record({
      kind: fc.constant('regex'),
      pattern: fc.constantFrom('a|b', '^c', '\\bd', 'e/f"'),
      flags: fc.constantFrom('', 'i', 'ms'),
    }),
  )
  // Short words of few letters, so that phrases are met often.
  const words = fc.string({
    unit: fc.constantFrom('a', 'b', 'A', 'c', ' ', '-', '.', '\n', 'é', '/f"', 'e'),
    maxLength: 30,
  })

  it('writes checks of words that decide as the verifiers do', () => {
    fc.assert(
      fc.property(spec, words, phrase, (verify, text, other) => {
        const said = `${text} ${other}`
        const rubric = checkRubric({ name: 'r', criteria: [{ criterion: 'x', points: 1, verify }] })
        const { type, value } = exported(rubric).tests[0]!.assert[0]!
        expect(type).toBe('javascript')
        const decided = new Function('output', `return ${value}`)(said)
        expect(decided).toBe(verifyCriterion(rubric.criteria[0]!, { text: said }).met)
      }),
      { numRuns: 300 },
    )
  })

  it('keeps the order of answers: promptfoo’s score is Rubato’s, shifted and scaled', () => {
    const points = fc.array(
      fc.integer({ min: -9, max: 9 }).filter((one) => one !== 0),
      { minLength: 1, maxLength: 6 },
    )
    fc.assert(
      fc.property(
        points.filter((list) => list.some((one) => one > 0)),
        fc.infiniteStream(fc.boolean()),
        (list, drawn) => {
          const rubric = checkRubric({
            name: 'r',
            criteria: list.map((one, i) => ({ criterion: `c ${i}`, points: one })),
          })
          const met = list.map(() => drawn.next().value as boolean)
          const verdicts = rubric.criteria.map(({ id }, i) => ({ criterionId: id, met: met[i]!, reason: '' }))
          const { score, possible } = scoreVerdicts(rubric, verdicts)
          const assertions = exported(rubric).tests[0]!.assert
          const weights = assertions.reduce((sum, { weight }) => sum + weight, 0)
          const passed = assertions.reduce(
            (sum, { type, weight }, i) => sum + (type.startsWith('not-') !== met[i] ? weight : 0),
            0,
          )
          expect(passed / weights).toBeCloseTo((score * possible + (weights - possible)) / weights, 9)
        },
      ),
    )
  })

  it('comes back as it went, where promptfoo has the words for it', () => {
    const rubric = checkRubric({
      name: 'back',
      criteria: [
        { id: 'polite', criterion: 'Is polite.', points: 4 },
        { id: 'rude', criterion: 'Calls names.', points: -2 },
        { id: 'short', criterion: 'Has at most 9 words.', points: 1, verify: { kind: 'word-count', max: 9 } },
        {
          id: 'yes',
          criterion: 'Is exactly "yes".',
          points: 1,
          verify: { kind: 'exact', any_of: ['yes'], strict: true },
        },
      ],
    })
    const { rubrics, left } = importPromptfoo(exportPromptfoo([rubric]).text, { file: 'p.yaml' })
    expect(left).toEqual([])
    expect(rubrics[0]!.criteria).toEqual(rubric.criteria)
  })
})
