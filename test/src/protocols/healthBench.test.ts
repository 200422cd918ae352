import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { type HealthBenchAnswer, readHealthBenchResults, scoreHealthBench } from '../../../src/protocols/index.ts'
import { seededRandom } from '../../../src/random.ts'
import { folderWith } from '../temporary.ts'

/** An answer to a rubric of the given points, of which those at `met` are met. */
function answer(points: number[], met: number[], tags: string[][] = [], exampleTags: string[] = []): HealthBenchAnswer {
  const criteria = points.map((own, i) => ({ id: `c${i}`, criterion: `C${i}.`, points: own, tags: tags[i] ?? [] }))
  const verdicts = criteria.map(({ id }, i) => ({ criterionId: id, met: met.includes(i), reason: '' }))
  return { promptId: 'p', rubric: { name: 'p', criteria }, verdicts, exampleTags }
}
const score = (...answers: HealthBenchAnswer[]) => scoreHealthBench(answers, seededRandom(1))

describe('HealthBench', () => {
  it('reports 0 for examples of −1 and 0.5, which stay as they are (papers.md §11)', () => {
    const { overall } = score(answer([5, -5], [1]), answer([4, 4], [0]))
    expect(overall.score).toBe(0)
    expect(overall.mean).toBe(-0.25)
    expect(overall.n).toBe(2)
  })

  it('scores the paper’s case study 13/45, and its trained answer 1', () => {
    const points = [7, 6, -8, -6, 9, 8, -3, 5, 5, 5]
    expect(score(answer(points, [1, 5, 7, 3])).overall.mean).toBeCloseTo(13 / 45, 12)
    expect(score(answer(points, [0, 1, 4, 5, 7, 8, 9])).overall.mean).toBe(1)
  })

  it('clips every mean, by tags of examples and of criteria', () => {
    const { byExampleTag, byCriterionTag } = score(
      answer([5, -5], [1], [['axis:accuracy'], ['axis:accuracy']], ['theme:emergency']),
      answer([4, 4], [0], [['axis:accuracy'], ['axis:tone']], ['theme:emergency', 'theme:hedging']),
    )
    expect(byExampleTag.get('theme:emergency')!.mean).toBe(-0.25)
    expect(byExampleTag.get('theme:emergency')!.score).toBe(0)
    expect(byExampleTag.get('theme:hedging')!.score).toBe(0.5)
    expect(byCriterionTag.get('axis:accuracy')!.mean).toBe((-1 + 1) / 2)
    expect(byCriterionTag.get('axis:tone')!.mean).toBe(0)
  })

  it('has a standard error near that of the mean', () => {
    const random = seededRandom(3)
    const answers = Array.from({ length: 400 }, () => answer([1], random() < 0.5 ? [0] : []))
    expect(score(...answers).overall.standardError).toBeCloseTo(0.5 / Math.sqrt(400), 2)
  })

  it('reads the results that simple-evals writes, with repeated criteria and unknown verdicts', () => {
    const graded = (criterion: string, points: number, criteria_met: boolean | null) => ({
      criterion,
      points,
      tags: ['axis:accuracy'],
      criteria_met,
      explanation: 'so',
    })
    const results = {
      score: 0.5,
      metadata: {
        example_level_metadata: [
          { prompt_id: 'q1', rubric_items: [graded('Says so.', 5, true), graded('Says so.', 5, null)] },
        ],
      },
    }
    const folder = folderWith({ 'r.json': JSON.stringify(results), 'bad.json': '{"metadata": {}}', 'no.json': '{' })
    const read = readHealthBenchResults(path.join(folder, 'r.json'), new Map([['q1', ['theme:x']]]))
    const found = score(...read)
    expect(found.overall.mean).toBe(0.5)
    expect(found.nUnknown).toBe(1)
    expect([...found.byExampleTag.keys()]).toEqual(['theme:x'])
    expect(() => readHealthBenchResults(path.join(folder, 'bad.json'))).toThrow('metadata.example_level_metadata')
    expect(() => readHealthBenchResults(path.join(folder, 'no.json'))).toThrow('no.json: not JSON.')
  })
})
