import { describe, expect, it } from 'vitest'
import '../../../src/score/vitest.ts'
import { checkRubric } from '../../../rubrics/index.ts'

const rubric = checkRubric({
  name: 'bell',
  criteria: [
    { id: 'bell', criterion: 'Names the bell.', points: 5, verify: { kind: 'contains', any_of: ['bell'] } },
    { id: 'long', criterion: 'Is long.', points: -2, verify: { kind: 'word-count', min: 6 } },
  ],
})

describe('expect(answer).toMeetRubric(rubric)', () => {
  it('passes where every criterion turns out well, and fails with the verdicts where one does not', async () => {
    await expect('a bell').toMeetRubric(rubric)
    await expect({ text: 'a bell' }).toMeetRubric(rubric)
    await expect('a horn').not.toMeetRubric(rubric)
    await expect(expect('a bell and five words more').toMeetRubric(rubric)).rejects.toThrow(
      'expected the answer to meet rubric bell; it scores 0.600\n  ✓ bell (+5) met: mentions "bell"\n  ✗ long (-2) met: 6 words, allowed at least 6\nanswer: required long is met, and must not be',
    )
    await expect(expect('a bell').not.toMeetRubric(rubric)).rejects.toThrow(
      'expected the answer not to meet rubric bell',
    )
  })

  it('asks for a score or for single criteria instead', async () => {
    await expect('a bell and five words more').toMeetRubric(rubric, { minScore: 0.6 })
    await expect('a bell and five words more').toMeetRubric(rubric, { require: ['bell'] })
    await expect('a horn').not.toMeetRubric(rubric, { minScore: 0.1 })
  })

  it('lets no test pass on what is unknown, negated or not', async () => {
    const judged = checkRubric({ name: 'j', criteria: [{ id: 'kind', criterion: 'Is kind.', points: 1 }] })
    for (const matcher of [expect('x'), expect('x').not]) {
      await expect(matcher.toMeetRubric(judged)).rejects.toThrow(/to be judged by rubric j.*\n.*needs a judge/)
    }
    const mixed = checkRubric({
      name: 'm',
      criteria: [...rubric.criteria, { id: 'kind', criterion: 'Is kind.', points: 1 }],
    })
    await expect('a bell').toMeetRubric(mixed, { require: ['bell'] }) // kind does not matter to it
    await expect(expect('a bell').toMeetRubric(mixed, { minScore: 0.9 })).rejects.toThrow('while verdicts are unknown')
  })
})
