import { describe, expect, it } from 'vitest'
import { checkRubric, ruleOf, verifyCriterion } from '../../rubrics/index.ts'

const criterion = (extra: object) =>
  checkRubric({ name: 'r', criteria: [{ id: 'c', criterion: 'x', points: 1, ...extra }] }).criteria[0]!

describe('verifyCriterion', () => {
  it('decides by the verifier, with its reason', () => {
    expect(verifyCriterion(criterion({ verify: { kind: 'word-count', max: 2 } }), { text: 'one two three' })).toEqual({
      criterionId: 'c',
      met: false,
      reason: '3 words, allowed at most 2',
    })
  })

  it('leaves a criterion without verifier to a judge', () => {
    expect(verifyCriterion(criterion({}), { text: '' })).toMatchObject({
      met: null,
      reason: expect.stringContaining('judge'),
    })
  })

  it('runs the rule that the tags name, when it is passed in', () => {
    const routed = criterion({ tags: ['verifier:rule', 'function:math_verify', 'parameters:a:b 42'] })
    expect(ruleOf(routed)).toEqual({ name: 'math_verify', parameters: 'a:b 42' })
    const rules = {
      math_verify: ({ text }: { text: string }, gold: string) => ({ met: gold.endsWith(text), reason: `gold ${gold}` }),
    }
    expect(verifyCriterion(routed, { text: '42' }, { rules })).toEqual({
      criterionId: 'c',
      met: true,
      reason: 'gold a:b 42',
    })
    expect(verifyCriterion(routed, { text: '42' })).toMatchObject({
      met: null,
      reason: 'its rule "math_verify" was not passed in',
    })
    expect(ruleOf(criterion({ tags: ['function:math_verify'] }))).toBeNull()
  })
})
