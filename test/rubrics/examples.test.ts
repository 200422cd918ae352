import { describe, expect, it } from 'vitest'
import { measureNames } from '../../audio/index.ts'
import {
  libraryExamples,
  libraryRubrics,
  lintRubric,
  loadRubric,
  parseExamples,
  scoreVerdicts,
  verifyCriterion,
} from '../../rubrics/index.ts'

describe.each(libraryRubrics())('the library’s %s', (name) => {
  it('has nothing that lint finds', async () => {
    expect(lintRubric(await loadRubric(name), { measures: measureNames })).toEqual([])
  })

  it('has examples in which each criterion is met once and unmet once', async () => {
    const { criteria } = await loadRubric(name)
    const examples = await libraryExamples(name)
    for (const { id } of criteria) {
      expect(
        examples.some(({ met }) => met.includes(id)),
        `${id} met`,
      ).toBe(true)
      expect(
        examples.some(({ met }) => !met.includes(id)),
        `${id} unmet`,
      ).toBe(true)
    }
  })

  it('has verifiers that decide its examples as a person did', async () => {
    const { criteria } = await loadRubric(name)
    for (const { id, answer, met } of await libraryExamples(name)) {
      for (const criterion of criteria.filter(({ verify }) => verify !== undefined)) {
        const verdict = verifyCriterion(criterion, answer)
        expect({ example: id, ...verdict }).toMatchObject({
          criterionId: criterion.id,
          met: met.includes(criterion.id),
        })
      }
    }
  })

  it('scores the good example high, the bad one low, and the others between', async () => {
    const rubric = await loadRubric(name)
    const scores = (await libraryExamples(name)).map(({ id, met }) => {
      const verdicts = rubric.criteria.map(({ id }) => ({ criterionId: id, met: met.includes(id), reason: 'label' }))
      return { id, score: scoreVerdicts(rubric, verdicts).score }
    })
    const good = scores.find(({ id }) => id === 'good')!.score
    expect(good).toBeGreaterThan(0.85)
    for (const { id, score } of scores) if (id !== 'good') expect(score, id).toBeLessThan(good)
    expect(Math.min(...scores.map(({ score }) => score))).toBeLessThan(0.1)
  })
})

describe('parseExamples', () => {
  const text = (met: string) => `rubric: audio-qa\nexamples:\n  - { id: a, question: q, answer: x, met: [${met}] }\n`

  it('refuses an id that the rubric lacks, and the examples of another rubric', async () => {
    const rubric = await loadRubric('audio-qa')
    expect(() => parseExamples(text('rigth'), rubric, { file: 'e.yaml' })).toThrow(
      'e.yaml examples[0].met: "rigth": unknown criterion. Did you mean "right"?',
    )
    expect(() => parseExamples(text('right'), { ...rubric, name: 'other' }, { file: 'e.yaml' })).toThrow(
      'e.yaml rubric: "audio-qa", expected "other".',
    )
    expect(parseExamples(text('right'), rubric)).toHaveLength(1)
  })
})
