import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseHealthBench, RubricError, ruleOf, stringifyHealthBench } from '../../rubrics/index.ts'
import { anyText } from './arbitraries.ts'

const healthBench = {
  example_tags: ['theme:context_seeking'],
  prompt: [{ role: 'user', content: 'My ear rings.' }],
  prompt_id: 'p1',
  ideal_completions_data: null,
  rubrics: [
    { criterion: 'Asks how long it has lasted.', points: 7, tags: ['level:example', 'axis:context_awareness'] },
    { criterion: 'Claims it is harmless.', points: -6, tags: [] },
  ],
  canary: 'c',
}
const stringRule = {
  criterion: 'The answer is 42.',
  points: 5,
  tags: ['verifier:rule', 'function:math_verify', 'parameters:42'],
}
const mappingRule = {
  criterion: 'It is 42.',
  points: 5,
  tags: { verifier: 'rule', function: 'math_verify', parameters: { answer: '42' } },
}
const rubrics = [stringRule, mappingRule]
const ruscaRL = {
  data_source: 'math',
  prompt: [{ role: 'user', content: '6 × 7?' }],
  reward_model: { style: 'rubric', rubrics, ground_truth: '' },
  extra_info: { prompt: [], reward_model: { style: 'rubric', rubrics, ground_truth: '' } },
}
const jsonl = (...lines: object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('')

describe('HealthBench lines', () => {
  it('come in with criterion, points and tags', () => {
    const [example] = parseHealthBench(jsonl(healthBench))
    expect(example).toMatchObject({
      id: 'p1',
      messages: healthBench.prompt,
      rubric: { name: 'p1', criteria: healthBench.rubrics },
    })
  })

  it('go out as they came in, key for key, in both forms', () => {
    const text = jsonl(healthBench, ruscaRL)
    expect(stringifyHealthBench(parseHealthBench(text))).toBe(text)
  })

  it('go out as they came in whatever they hold', () => {
    const item = fc.record({
      points: fc.integer({ min: -10, max: 10 }).filter((points) => points !== 0),
      criterion: anyText.filter((text) => text.trim() !== ''),
      tags: fc.oneof(
        fc.array(anyText),
        fc.constant(null),
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { noNullPrototype: true }),
      ),
      note: fc.jsonValue({ maxDepth: 1 }),
    })
    const line = fc.record({
      prompt_id: fc.string(),
      prompt: fc.constant([]),
      rubrics: fc.array(item, { minLength: 1 }),
      more: fc.jsonValue(),
    })
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = jsonl(...lines)
        expect(stringifyHealthBench(parseHealthBench(text))).toBe(text)
      }),
    )
  })

  it('keep two criteria of one text apart', () => {
    const twice = { ...healthBench, rubrics: [healthBench.rubrics[0], { ...healthBench.rubrics[0], points: 2 }] }
    const [example] = parseHealthBench(jsonl(twice))
    expect(new Set(example!.rubric.criteria.map(({ id }) => id)).size).toBe(2)
    expect(stringifyHealthBench([example!])).toBe(jsonl(twice))
  })

  it('route rules by tags of either form', () => {
    const { criteria } = parseHealthBench(jsonl(ruscaRL))[0]!.rubric
    expect(criteria.map(ruleOf)).toEqual([
      { name: 'math_verify', parameters: '42' },
      { name: 'math_verify', parameters: '{"answer":"42"}' },
    ])
  })

  it('carry changed criteria out, in every place that holds them', () => {
    const [example] = parseHealthBench(jsonl(ruscaRL))
    const [first] = example!.rubric.criteria
    const changed = {
      ...example!,
      rubric: {
        ...example!.rubric,
        criteria: [{ ...first!, points: 9, verify: { kind: 'numeric' as const, value: 42, tolerance: 0 } }],
      },
    }
    const out = JSON.parse(stringifyHealthBench([changed]))
    expect(out.reward_model.rubrics).toEqual([
      { ...stringRule, points: 9, verify: { kind: 'numeric', value: 42, tolerance: 0 } },
    ])
    expect(out.extra_info.reward_model.rubrics).toEqual(out.reward_model.rubrics)
    expect(parseHealthBench(stringifyHealthBench([changed]))[0]!.rubric).toEqual(changed.rubric)
  })

  it('that are faulty are named by file and line, all of them', () => {
    const bad = jsonl(healthBench, { prompt: [], rubrics: [{ criterion: 'x', points: '5' }] }, { prompt: [] })
    expect(() => parseHealthBench(`${bad}{oops\n`, { file: 'hb.jsonl' })).toThrow(RubricError)
    expect(() => parseHealthBench(`${bad}{oops\n`, { file: 'hb.jsonl' })).toThrow(
      /^hb\.jsonl:2 rubrics\[0\]\.points: expected a number, got "5"\. Write points: 5\.\nhb\.jsonl:3: no rubrics\..*\nhb\.jsonl:4: not JSON: .*$/,
    )
  })
})
