import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { libraryExamples, loadRubric } from '../../../rubrics/index.ts'
import type { Judge } from '../../../src/judge/index.ts'
import { seededRandom } from '../../../src/random.ts'
import { thresholdOf } from '../../../src/rubricCraft/calibrate/threshold.ts'
import {
  agreementOf,
  calibrate,
  calibrationTable,
  type Judgement,
  judgeExamples,
  readJudgements,
  type Threshold,
} from '../../../src/rubricCraft/index.ts'

const home = mkdtempSync(join(tmpdir(), 'rubato-craft-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** `n` pairs of each of the four kinds. */
const pairs = (both: number, falseUnmet: number, falseMet: number, neither: number) =>
  [
    [both, true, true],
    [falseUnmet, true, false],
    [falseMet, false, true],
    [neither, false, false],
  ].flatMap(
    ([n, human, judge]) => new Array(n as number).fill({ human, judge }) as { human: boolean; judge: boolean }[],
  )

describe('agreementOf', () => {
  // The worked examples of Wikipedia's article on Cohen's kappa.
  it.each([
    [20, 5, 10, 15, 0.7, 0.4],
    [45, 15, 25, 15, 0.6, 0.1304],
    [25, 35, 5, 35, 0.6, 0.2593],
  ])('of the table %i %i %i %i is %d, κ %d', (both, falseUnmet, falseMet, neither, agreement, kappa) => {
    const found = agreementOf(pairs(both, falseUnmet, falseMet, neither))
    expect(found.agreement).toBeCloseTo(agreement, 9)
    expect(found.kappa).toBeCloseTo(kappa, 4)
    expect(found.falseMet).toBeCloseTo(falseMet / (falseMet + neither), 9)
    expect(found.falseUnmet).toBeCloseTo(falseUnmet / (falseUnmet + both), 9)
  })

  const list = fc.array(fc.record({ human: fc.boolean(), judge: fc.boolean() }), { minLength: 1, maxLength: 30 })

  it('has κ at most 1, 1 exactly for equal verdicts, the same for swapped sides and for the opposite question', () => {
    fc.assert(
      fc.property(list, (all) => {
        const { kappa, agreement } = agreementOf(all)
        if (kappa === null) return
        expect(kappa).toBeLessThanOrEqual(1)
        expect(kappa === 1).toBe(agreement === 1)
        expect(agreementOf(all.map(({ human, judge }) => ({ human: judge, judge: human }))).kappa).toBeCloseTo(kappa, 9)
        expect(agreementOf(all.map(({ human, judge }) => ({ human: !human, judge: !judge }))).kappa).toBeCloseTo(
          kappa,
          9,
        )
      }),
    )
  })

  it('has no κ, and never 0 for it, where both always say the same one thing', () => {
    expect(agreementOf(pairs(7, 0, 0, 0))).toMatchObject({ agreement: 1, kappa: null, falseMet: null })
    expect(agreementOf([])).toEqual({ n: 0, agreement: null, kappa: null, falseMet: null, falseUnmet: null })
    expect(agreementOf(pairs(7, 0, 3, 0)).kappa).toBe(0) // says met whatever it sees
  })
})

const draw = (n: number, of: (i: number, random: () => number) => Partial<Judgement>, seed = 'labels'): Judgement[] => {
  const random = seededRandom(seed)
  return Array.from({ length: n }, (_, i) => {
    const human = random() < 0.5
    return { answer: `a${i}`, criterion: `c${i % 4}`, human, judge: human, ...of(i, random) }
  })
}
const run = (judgements: readonly Judgement[]) => calibrate(judgements, seededRandom('0'), { nDraws: 300 })

describe('calibrate', () => {
  it('finds the κ of a judge that errs at a known rate, and its interval around it', () => {
    const judgements = draw(2000, () => ({})).map((one, i) => ({
      ...one,
      judge: i % 10 === 0 ? !one.human : one.human,
    }))
    const found = run(judgements)
    expect(found.agreement).toBeCloseTo(0.9, 9)
    expect(found.kappa).toBeCloseTo(0.8, 2)
    expect(found.kappaInterval![0]).toBeGreaterThan(0.76)
    expect(found.kappaInterval![1]).toBeLessThan(0.84)
    expect(found.kappaInterval![0]).toBeLessThan(found.kappa!)
    expect(found.kappaInterval![1]).toBeGreaterThan(found.kappa!)
  })

  it('puts the criterion with the worst κ first', () => {
    const found = run(
      draw(200, () => ({})).map((one) => (one.criterion === 'c2' ? { ...one, judge: !one.human } : one)),
    )
    expect(found.criteria.map(({ criterion }) => criterion)[0]).toBe('c2')
    expect(found.criteria[0]!.kappa).toBeLessThan(0)
    expect(found.criteria.slice(1).every(({ kappa }) => kappa === 1)).toBe(true)
    expect(calibrationTable(found)).toMatch(/^c2 ! {2}/m)
  })

  it('counts verdicts that are unknown, and leaves them out of every share', () => {
    const found = run(draw(40, (i) => (i < 10 ? { judge: null } : {})))
    expect(found).toMatchObject({ n: 30, unknown: 10, agreement: 1, kappa: 1 })
    expect(calibrationTable(found)).toContain('30, and 10 unknown')
  })

  it('finds how often repeated calls differ', () => {
    const calls = (verdicts: (boolean | null)[]) =>
      verdicts.map((judge, repeat): Judgement => ({ answer: 'a', criterion: 'c', human: true, judge, repeat }))
    expect(run(calls([true, true, true])).flipRate).toBe(0)
    expect(run(calls([true, false, true])).flipRate).toBeCloseTo(2 / 3, 9)
    expect(run(calls([true, null, false])).flipRate).toBe(1)
    expect(run(calls([true])).flipRate).toBeNull()
  })

  it('finds a judge that gives more to long answers, or to early criteria, and none in a fair one', () => {
    const lengths = draw(400, (i) => ({ words: 10 + (i % 100) }))
    expect(run(lengths).lengthBias).toBe(0)
    const fond = lengths.map((one) => ({ ...one, judge: one.words! > 60 ? true : one.human }))
    expect(run(fond).lengthBias).toBeGreaterThan(0.3)
    const places = draw(400, (i) => ({ position: i % 5 }))
    expect(
      run(places.map((one) => ({ ...one, judge: one.position === 0 ? true : one.human }))).positionBias,
    ).toBeLessThan(-0.1)
    expect(run(draw(20, () => ({}))).lengthBias).toBeNull()
    expect(run(draw(20, () => ({ words: 7 }))).lengthBias).toBeNull()
    expect(run(draw(20, (i) => ({ words: i === 0 ? 5 : 7 }))).lengthBias).not.toBeNull()
  })

  it('finds the threshold of a score that is right from 0.7 up, and what it is worth on other answers', () => {
    const scored = draw(200, (_, random) => ({ score: random() })).map((one) => ({
      ...one,
      human: one.score! >= 0.7,
      judge: one.score! >= 0.5,
    }))
    const { threshold, kappa } = run(scored)
    expect(threshold!.of).toBe('score')
    expect(threshold!.threshold).toBeCloseTo(0.7, 1)
    expect(threshold!.kappa).toBe(1)
    expect(threshold!.kappaHeldOut).toBeGreaterThan(0.95)
    expect(threshold!.kappaAtHalf).toBeCloseTo(kappa!, 9)
  })

  it('does not sell noise as a threshold: on answers left out it is worth nothing', () => {
    const found = Array.from({ length: 20 }, (_, seed) =>
      thresholdOf(draw(80, (_, random) => ({ score: random() }), `noise ${seed}`)),
    )
    const mean = (of: (one: Threshold) => number) => found.reduce((sum, one) => sum + of(one!), 0) / found.length
    expect(mean(({ kappa }) => kappa)).toBeGreaterThan(0.1)
    expect(Math.abs(mean(({ kappaHeldOut }) => kappaHeldOut!))).toBeLessThan(0.08)
  })

  it('takes the share of votes where there is no score', () => {
    const votes = ['a', 'b', 'c'].flatMap((answer, i) =>
      [0, 1, 2].map((repeat): Judgement => ({ answer, criterion: 'c', human: i === 2, judge: repeat < i + 1, repeat })),
    )
    expect(run(votes).threshold).toMatchObject({ of: 'votes', kappa: 1 }) // 1/3, 2/3 and 3/3 of the votes
    expect(run(draw(9, () => ({}))).threshold).toBeNull()
  })

  it('draws the same interval for the same seed', () => {
    const judgements = draw(50, (_, random) => ({ judge: random() < 0.5 }))
    expect(run(judgements)).toEqual(run(judgements))
  })
})

describe('readJudgements', () => {
  const read = (...lines: object[]) => {
    const file = join(home, 'j.jsonl')
    writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'))
    return readJudgements(file)
  }
  const line = { answer: 'a', criterion: 'c', human: true, judge: false }

  it('reads what it needs, and numbers as ids', async () => {
    expect(await read({ ...line, answer: 7 }, { ...line, repeat: 1, words: 9 })).toEqual([
      { ...line, answer: '7' },
      { ...line, repeat: 1, words: 9 },
    ])
  })

  it.each([
    [[{ ...line, humen: true }], 'j.jsonl:1 humen: unknown key. Did you mean "human"?'],
    [[{ ...line, judge: 'yes' }], 'j.jsonl:1 judge: expected true or false, got "yes". Write judge: true.'],
    [[line, line], 'j.jsonl:2: the same answer, criterion and repeat stand above. Number repeated calls: "repeat": 1.'],
    [[line, { ...line, human: false, repeat: 1 }], 'j.jsonl:2: human is false, and true for another call.'],
    [[], 'j.jsonl: no judgements.'],
  ])('refuses %j', async (lines, why) => {
    await expect(read(...lines)).rejects.toThrow(why)
  })
})

describe('judgeExamples', () => {
  it('asks about what no verifier decides, and keeps labels, lengths and places', async () => {
    const rubric = await loadRubric('audio-qa')
    const asked: string[][] = []
    const judge: Pick<Judge, 'judge'> = {
      judge: async ({ criteria, answer }) => {
        asked.push(criteria.map(({ id }) => id))
        return criteria.map(({ id }) => ({ criterionId: id, met: answer.text!.includes('Two'), reason: 'saw Two' }))
      },
    }
    const found = await judgeExamples(judge as Judge, rubric, await libraryExamples('audio-qa'), {
      repeats: 2,
      together: true,
    })
    expect(asked).toHaveLength(6)
    expect(asked[0]).not.toContain('short') // word-count decides it
    expect(found.find(({ answer, criterion }) => answer === 'good' && criterion === 'right')).toEqual({
      answer: 'good',
      criterion: 'right',
      human: true,
      judge: true,
      repeat: 0,
      words: 19,
      position: 0,
    })
    expect(calibrate(found, seededRandom('0')).flipRate).toBe(0)
  })

  it('against verifiers asks about what these decide from words, with their verdicts as labels', async () => {
    const rubric = await loadRubric('voice-assistant')
    const judge: Pick<Judge, 'judge'> = {
      judge: async ({ criteria }) => criteria.map(({ id }) => ({ criterionId: id, met: true, reason: 'always' })),
    }
    const found = await judgeExamples(judge as Judge, rubric, await libraryExamples('voice-assistant'), {
      repeats: 1,
      together: false,
      against: 'verifiers',
    })
    const asked = new Set(found.map(({ criterion }) => criterion))
    expect(asked).toContain('brief') // word-count
    expect(asked).not.toContain('pace') // needs a recording's length
    expect(asked).not.toContain('answers-question') // a judge's
    const labels = (id: string) => found.filter(({ answer }) => answer === id).map(({ human }) => human)
    expect(labels('good')).not.toEqual(labels('bad'))
    expect(found.every(({ judge }) => judge === true)).toBe(true)
  })
})
