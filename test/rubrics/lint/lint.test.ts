import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkRubric, describeLint, lintRubric, lintRules } from '../../../rubrics/index.ts'
import { rubric as anyRubric, anyText } from '../arbitraries.ts'

const measures = ['loudness', 'speaking-rate']
const found = (criteria: readonly object[]) =>
  lintRubric(checkRubric({ name: 'r', criteria }), { measures }).map(({ rule, criterionId }) =>
    criterionId === undefined ? rule : `${rule} ${criterionId}`,
  )
/** What is found in one criterion, beside a plain one of each sign. */
const inOne = (criterion: string, more: object = {}) =>
  found([
    { id: 'x', criterion, points: 3, ...more },
    { id: 'plus', criterion: 'Names the platform.', points: 3 },
    { id: 'minus', criterion: 'Quotes a price.', points: -2 },
  ])

/** Every rule on wording passes through these; a new one is covered by standing in the list. */
describe.each(lintRules.flatMap((rule) => (rule.bad && rule.good ? [[rule.name, rule.bad, rule.good] as const] : [])))(
  '%s',
  (name, bad, good) => {
    it('finds its example, and not when it is put right', () => {
      expect(inOne(bad.criterion, bad)).toContain(`${name} x`)
      expect(inOne(good.criterion, good)).toEqual([])
    })
  },
)

describe('vague', () => {
  it.each(['Clarity', 'Overall accuracy', 'How well is it said?', 'Rate the tone.', 'Is sufficiently detailed.'])(
    'finds %j',
    (text) => {
      expect(inOne(text)).toContain('vague x')
    },
  )

  it.each([
    'Names the city.',
    'Says good morning to the caller by name.'.replace('good', 'a'),
    'Identifies the goods that were sold.',
  ])('passes %j', (text) => {
    expect(inOne(text)).not.toContain('vague x')
  })
})

describe('double-barrelled', () => {
  it.each([
    'Says the time and asks for the place.',
    'Gives the dose; names the risk.',
    'Answers the question but does not explain the answer.',
    'Repeats the order, and then confirms it.',
  ])('finds %j', (text) => {
    expect(inOne(text)).toContain('double-barrelled x')
  })

  it.each([
    'Names the dogs and the cats.',
    'Takes up what the user said, names and numbers included.',
    'Describes how the sound starts and ends.',
    'Speaks between 120 and 180 words a minute.',
  ])('passes %j', (text) => {
    expect(inOne(text)).not.toContain('double-barrelled x')
  })
})

describe('overlap', () => {
  const pair = (a: string, pointsA: number, b: string, pointsB: number) =>
    found([
      { id: 'a', criterion: a, points: pointsA },
      { id: 'b', criterion: b, points: pointsB },
      { id: 'plus', criterion: 'Names the platform.', points: 3 },
      { id: 'minus', criterion: 'Quotes a price.', points: -2 },
    ])

  it('finds what is said twice, in other words, and the other way round', () => {
    expect(pair('Names every sound source heard.', 3, 'Names all of the sound sources heard.', 2)).toContain(
      'overlap b',
    )
    expect(pair('Mentions the emergency number.', 3, 'Does not mention the emergency number.', -3)).toContain(
      'overlap b',
    )
    expect(pair('Mentions the emergency number.', 3, 'Mentions the emergency number.'.replace('.', '!'), -3)).toContain(
      'overlap b',
    )
  })

  it('passes what shares a word or two', () => {
    expect(pair('Names the sound source.', 3, 'Names a sound that is not in the recording.', -3)).not.toContain(
      'overlap b',
    )
  })
})

describe('inaudible', () => {
  it('passes what a verifier decides, what a listening judge gets, and what a description says of sounds', () => {
    expect(inOne('Sounds friendly.')).toContain('inaudible x')
    expect(inOne('Sounds friendly.', { tags: ['judge:listens'] })).toEqual([])
    expect(
      inOne('Has a loudness of at least -20 LUFS.', { verify: { kind: 'measure', name: 'loudness', at_least: -20 } }),
    ).toEqual([])
    expect(inOne('Describes the loudness of the bell.')).toEqual([])
  })
})

describe('numbers-apart', () => {
  it('takes percent for a share, and milliseconds for seconds', () => {
    const measure = (bounds: object) => ({ verify: { kind: 'measure', name: 'loudness', ...bounds } })
    expect(inOne('Has at most 2 % of it.', measure({ at_most: 0.02 }))).toEqual([])
    expect(inOne('Has at most 500 ms of it.', measure({ at_most: 0.5 }))).toEqual([])
    expect(inOne('Has at most 3 % of it.', measure({ at_most: 0.02 }))).toContain('numbers-apart x')
  })
})

describe('the rubric as a whole', () => {
  const plain = (points: number, i: number) => ({ id: `c${i}`, criterion: `Names thing ${i} of ${i + 40}.`, points })

  it.each([
    [[-1, -2], ['no-positives']],
    [[1, 2], ['no-negatives']],
    [[3], []],
    [[9, 1, 1, -2], ['proportion c0']],
    [[3, 3, 3, -12], ['proportion c3']],
    [[3, 3, 3, -10, -10], ['proportion']],
    [[5, 4, 3, -5], []],
  ])('with points %j: %j', (points, wanted) => {
    const rules = found(points.map(plain)).filter((name) => !name.startsWith('overlap'))
    expect(rules).toEqual(wanted)
  })
})

describe('lintRubric', () => {
  it('takes any rubric, finds the same each time, and points at criteria that are there', () => {
    fc.assert(
      fc.property(anyRubric, (rubric) => {
        const findings = lintRubric(rubric, { measures })
        expect(lintRubric(rubric, { measures })).toEqual(findings)
        for (const { index, criterionId, message } of findings) {
          expect(message).not.toBe('')
          if (index !== undefined) expect(rubric.criteria[index]!.id).toBe(criterionId)
        }
      }),
    )
  })

  it('leaves out the rules that are allowed', () => {
    const rubric = checkRubric({ name: 'r', criteria: [{ criterion: 'Clarity', points: -1 }] })
    expect(lintRubric(rubric).map(({ rule }) => rule)).toEqual(['no-positives', 'vague'])
    expect(lintRubric(rubric, { allow: ['vague'] }).map(({ rule }) => rule)).toEqual(['no-positives'])
  })

  it('reads a criterion of 100,000 characters within a second', () => {
    for (const run of ['Says a and ', 'at most 1 ', '; ', 'and is ', 'within ']) {
      const criterion = run.repeat(100_000 / run.length)
      const start = performance.now()
      lintRubric(checkRubric({ name: 'r', criteria: [{ criterion, points: 1 }] }))
      expect(performance.now() - start, run).toBeLessThan(1000)
    }
    fc.assert(
      fc.property(
        anyText,
        (text) => void lintRubric({ name: 'r', criteria: [{ id: 'a', criterion: text, points: 1 }] }),
      ),
    )
  })
})

it('docs/rubrics.md has the rules as their records say (npx tsx test/rubrics/writeDocs.ts brings it up to date)', () => {
  const page = readFileSync(new URL('../../../docs/rubrics.md', import.meta.url), 'utf8')
  expect(page).toContain(`<!-- lint -->\n\n${describeLint()}\n<!-- /lint -->`)
})
