import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  checkRubric,
  criterionId,
  parseRubric,
  RubricError,
  rubricSchema,
  stringifyRubric,
} from '../../rubrics/index.ts'
import { rubric } from './arbitraries.ts'

const parsing = (text: string) => () => parseRubric(text, { file: 'rubrics/voice.yaml' })
const withCriterion = (lines: string) => `name: voice\ncriteria:\n  - criterion: Is brief.\n    points: 3\n${lines}`

describe('a rubric', () => {
  it('comes back unchanged from its YAML and its JSON, whatever its texts hold', () => {
    fc.assert(
      fc.property(rubric, fc.constantFrom('yaml' as const, 'json' as const), (written, format) => {
        expect(parseRubric(stringifyRubric(written, format))).toEqual(written)
      }),
      { numRuns: 200 },
    )
  })

  it('is the same from YAML and from the JSON of the same content', () => {
    const yaml = parseRubric(withCriterion('    verify: { kind: word-count, max: 25 }\n'))
    const json = parseRubric(
      '{"name": "voice",\n\t"criteria": [{"criterion": "Is brief.", "points": 3, "verify": {"kind": "word-count", "max": 25}}]}',
    )
    expect(json).toEqual(yaml)
  })

  it('checked again is itself', () => {
    fc.assert(
      fc.property(rubric, (written) => {
        expect(checkRubric(checkRubric(written))).toEqual(written)
      }),
      { numRuns: 50 },
    )
  })

  it('without ids gets them from the texts, whatever the order', () => {
    const ids = (...texts: string[]) =>
      checkRubric({ name: 'x', criteria: texts.map((criterion) => ({ criterion, points: 1 })) }).criteria.map(
        ({ id }) => id,
      )
    const [first, second] = ids('Says where the sound comes from.', 'Is brief.')
    expect(ids('Is brief.', 'Says where the sound comes from.')).toEqual([second, first])
    expect(first).toBe('says-where-the-sound-comes-81706e')
    expect(criterionId('狗在叫')).toMatch(/^狗在叫-[0-9a-f]{6}$/)
  })

  it('publishes a JSON Schema for editors', () => {
    const schema = z.toJSONSchema(rubricSchema, { io: 'input' })
    expect(schema).toMatchObject({ type: 'object', required: ['name', 'criteria'], additionalProperties: false })
    expect(JSON.stringify(schema)).toContain('"order-of-mentions"')
  })
})

describe('a fault', () => {
  it.each([
    [
      withCriterion('    verify:\n      kind: word-count\n      max: 25 words\n'),
      'rubrics/voice.yaml:7 criteria[0].verify.max: expected a whole number, got "25 words". Write max: 25.',
    ],
    [
      withCriterion('    weight: 2\n'),
      'rubrics/voice.yaml:5 criteria[0].weight: unknown key. Known: id, criterion, points, tags, verify.',
    ],
    [withCriterion('    tag: [a]\n'), 'rubrics/voice.yaml:5 criteria[0].tag: unknown key. Did you mean "tags"?'],
    [
      withCriterion('    verify: { kind: wordcount, max: 3 }\n'),
      'rubrics/voice.yaml:5 criteria[0].verify.kind: expected one of "contains", "excludes", "exact", "regex", "word-count", "word-errors", ' +
        '"numeric", "math-equal", "complement", "runs", "order-of-mentions", "speaking-rate", "measure", got "wordcount". Did you mean "word-count"?',
    ],
    [
      withCriterion('  - criterion: Is kind.\n    points: 0\n'),
      'rubrics/voice.yaml:6 criteria[1].points: expected a number other than 0: worth nothing, it would never count.',
    ],
    [
      withCriterion('  - criterion: Is kind.\n'),
      'rubrics/voice.yaml:5 criteria[1].points: missing, expected a number.',
    ],
    [
      withCriterion('  - criterion: Is brief.\n    points: 1\n'),
      'rubrics/voice.yaml:5 criteria[1].criterion: the same text as criteria[0]. Remove one, or give each an id.',
    ],
    [
      withCriterion('    id: a\n  - { criterion: x, points: 1, id: a }\n'),
      'rubrics/voice.yaml:6 criteria[1].id: "a" already names criteria[0]. Write another id.',
    ],
    [
      withCriterion('    verify: { kind: word-count, min: 9, max: 3 }\n'),
      'rubrics/voice.yaml:5 criteria[0].verify.min: min 9 is more than max 3. Write min: 3 or less.',
    ],
    [
      withCriterion('    verify: { kind: regex, pattern: "(a" }\n'),
      'rubrics/voice.yaml:5 criteria[0].verify.pattern: not a pattern: Unterminated group. Check brackets and escapes.',
    ],
    [
      withCriterion('    tags: axis\n'),
      'rubrics/voice.yaml:5 criteria[0].tags: expected a list, got "axis". Write tags: ["axis"].',
    ],
    ['name: voice\ncriteria: []\n', 'rubrics/voice.yaml:2 criteria: expected at least 1 item, got an empty list.'],
    ['', 'rubrics/voice.yaml:1: expected a mapping, got nothing.'],
    ['name: a\nname: b\ncriteria: []', 'rubrics/voice.yaml:2: Map keys must be unique'],
  ])('names file, line, what was found and what would be right: %#', (text, line) => {
    expect(parsing(text)).toThrow(new RubricError(line))
  })

  it('does not hide the next: one line each, in the order of the file', () => {
    const text = withCriterion('    verify: { kind: regex }\n  - points: many\nnam: x\n')
    expect(parsing(text)).toThrow(
      [
        'rubrics/voice.yaml:5 criteria[0].verify.pattern: missing, expected text.',
        'rubrics/voice.yaml:6 criteria[1].criterion: missing, expected text.',
        'rubrics/voice.yaml:6 criteria[1].points: expected a number, got "many".',
        'rubrics/voice.yaml:7 nam: unknown key. Did you mean "name"?',
      ].join('\n'),
    )
  })

  it('in a parsed value begins with the place given', () => {
    expect(() => checkRubric({ name: 'x' }, 'train.jsonl:3 rubric')).toThrow(
      'train.jsonl:3 rubric criteria: missing, expected a list.',
    )
  })
})
