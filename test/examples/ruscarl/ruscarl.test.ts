import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { openResults } from '../../../examples/bench/common/results.ts'
import { pairedGain } from '../../../examples/bench/common/statistics.ts'
import { claimsOf, isDemanded, type Measured } from '../../../examples/bench/ruscarl/claims.ts'
import { writeNoisy } from '../../../examples/bench/ruscarl/noise.ts'
import type { ArmResult } from '../../../examples/bench/ruscarl/runArm.ts'
import { sparse } from '../../../examples/bench/ruscarl/sparse.ts'
import { SPARSE, writeSparseTask } from '../../../examples/bench/ruscarl/sparseTask.ts'
import { type Rubric, scoreVerdicts, verifyCriterion } from '../../../rubrics/index.ts'
import { folderToRemove, folderWith } from '../../src/temporary.ts'

const linesOf = <T>(file: string): T[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T)

interface Line {
  readonly messages: readonly { readonly role: string; readonly content: string }[]
  readonly rubric: Rubric
}

describe('the sparse task', () => {
  const folder = folderToRemove()
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  writeSparseTask(folder, 7)
  const [taught, train, held] = ['speak', 'train', 'eval'].map((name) =>
    linesOf<Line>(path.join(folder, `${name}.jsonl`)),
  )
  const placeOf = ({ rubric }: Line) =>
    rubric.criteria
      .slice(0, 2)
      .map(({ criterion }) => criterion)
      .join()

  it('teaches plain answers that meet no sparse criterion of any rubric', () => {
    const plain = taught!.filter(({ messages }) => messages[0]!.role === 'user').map(({ messages }) => messages.at(-1)!)
    expect(plain).toHaveLength(1200)
    for (const text of new Set(plain.map(({ content }) => content))) {
      for (const { rubric } of train!) {
        const sparse = rubric.criteria.filter(({ id }) => SPARSE.some((group) => group === id))
        expect(sparse).toHaveLength(4)
        expect(sparse.map((criterion) => verifyCriterion(criterion, { text }).met)).toEqual([
          false,
          false,
          false,
          false,
        ])
      }
    }
  })

  it('teaches answers below shown criteria that meet what is shown and no other sparse criterion', () => {
    const shown = taught!.filter(({ messages }) => messages[0]!.role === 'system')
    const { criteria } = train![0]!.rubric
    const sentences = { offer: /anything else\?/, state: /\b(on|off) now\b/ }
    for (const { messages } of shown) {
      const answer = messages.at(-1)!.content
      const asks = (id: string) => messages[0]!.content.includes(criteria.find((one) => one.id === id)!.criterion)
      expect(sentences.offer.test(answer)).toBe(asks('offer'))
      expect(answer.includes('cannot') && asks('refuses')).toBe(false)
    }
  })

  it('holds out whole pairs of device and room, and has an answer that earns all points', () => {
    const known = new Set(train!.map(placeOf))
    expect(held!.length).toBe(28)
    for (const line of held!) {
      expect(known.has(placeOf(line))).toBe(false)
      const [device, room, state] = line.rubric.criteria.map(
        ({ verify }) => (verify as { any_of?: string[] }).any_of?.[0],
      )
      const text = `sure. ${device}. it is ${room}. it is ${state}. anything else?`
      const verdicts = line.rubric.criteria.map((criterion) => verifyCriterion(criterion, { text }))
      expect(scoreVerdicts(line.rubric, verdicts).score).toBe(1)
    }
  })
})

describe('noisy rubrics', () => {
  const folder = folderToRemove()
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  writeSparseTask(folder, 7)
  const whole = linesOf<Line>(path.join(folder, 'train.jsonl'))

  it('negated, cost what they earned', () => {
    const noisy = linesOf<Line>(writeNoisy(folder, 'negated'))
    for (const [i, { rubric }] of noisy.entries())
      expect(rubric.criteria.map(({ points }) => -points)).toEqual(
        whole[i]!.rubric.criteria.map(({ points }) => points),
      )
  })

  it('halved, keep the larger half, of which one at least earns points, and not the same of every sample', () => {
    const noisy = linesOf<Line>(writeNoisy(folder, 'halved'))
    for (const { rubric } of noisy) {
      expect(rubric.criteria).toHaveLength(4)
      expect(rubric.criteria.some(({ points }) => points > 0)).toBe(true)
    }
    expect(new Set(noisy.map(({ rubric }) => rubric.criteria.map(({ id }) => id).join())).size).toBeGreaterThan(5)
  })
})

describe('a paired gain', () => {
  const scores = fc.array(fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 5, maxLength: 5 }), {
    minLength: 3,
    maxLength: 3,
  })

  it('is 0 of an arm against itself, exact where all pairs differ alike, and the opposite the other way round', () => {
    fc.assert(
      fc.property(scores, scores, fc.integer({ min: -4, max: 4 }), (a, b, shift) => {
        expect(pairedGain(a, a)).toMatchObject({ mean: 0, interval: [0, 0], wins: 0 })
        const shifted = a.map((own) => own.map((score) => score + shift))
        expect(pairedGain(a, shifted)).toMatchObject({ mean: shift, interval: [shift, shift] })
        const [there, back] = [pairedGain(a, b), pairedGain(b, a)]
        expect(back.mean).toBeCloseTo(-there.mean, 12)
        expect(there.interval[0]).toBeLessThanOrEqual(there.interval[1])
      }),
      { numRuns: 10 },
    )
  })

  it('is as wide as seeds differ, however many samples agree', () => {
    const zeros = Array.from({ length: 3 }, () => new Array<number>(50).fill(0))
    const bySeed = [0, 0.5, 1].map((value) => new Array<number>(50).fill(value))
    const [low, high] = pairedGain(zeros, bySeed).interval
    expect(low).toBeLessThan(0.2)
    expect(high).toBeGreaterThan(0.8)
  })
})

describe('claims', () => {
  const result = (arm: string, seed: number, rate: number, met = 0): ArmResult => ({
    ground: 'sparse',
    arm,
    seed,
    settings: '',
    seconds: 1,
    before: { plain: 0.1, shown: 0.9 },
    after: { plain: rate, shown: 0.9 },
    scores: [rate, rate],
    criteria: SPARSE.map((group) => ({ group, sign: 1 as const, before: 0, after: rate })),
    novelty: null,
    curves: { plain: [0.1, 0.2], scaffolded: [], entropy: [], ratio: [1], clipped: [0], kl: [] },
    sparse: { verdicts: 10_000, met },
  })
  const measured = (none: number, sigmoid: number, met = 0): Measured =>
    new Map([
      ['none', [1, 2, 3].map((seed) => result('none', seed, none, met))],
      ['sigmoid', [1, 2, 3].map((seed) => result('sigmoid', seed, sigmoid))],
    ])
  const demanded = (of: Measured) =>
    claimsOf(sparse, of)
      .filter(isDemanded)
      .map(({ holds }) => holds)

  it('of the sparse task hold where only the scaffold teaches, and fail in every other case', () => {
    expect(demanded(measured(0, 0.8))).toEqual([true, true])
    expect(demanded(measured(0.5, 0.8))).toEqual([true, false])
    expect(demanded(measured(0, 0.1))).toEqual([true, false])
    expect(demanded(measured(0, 0.8, 100))).toEqual([false, true])
  })

  it('of the sparse task name what the scaffold alone teaches, also where one criterion was found without', () => {
    const lucky = measured(0, 0.8)
    const [first, ...others] = lucky.get('none')!
    const found = first!.criteria.map((one) => (one.group === 'state' ? { ...one, after: 1 } : one))
    const claims = claimsOf(sparse, new Map([...lucky, ['none', [{ ...first!, criteria: found }, ...others]]]))
    const { holds, figures } = claims.find(({ says }) => says.includes('by every seed'))!
    expect(holds).toBe(true)
    expect(figures).toMatch(/^device, room, offer; .*state 80 %, 80 %, 80 % against 100 %, 0 %, 0 %/)
  })

  it('say which way an ordering goes, and that it cannot be told where arms are equal', () => {
    const ordering = (of: Measured) =>
      claimsOf(sparse, of).find(({ says }) => says.startsWith('RuscaRL ends above'))!.holds
    expect([ordering(measured(0, 0.8)), ordering(measured(0.8, 0)), ordering(measured(0.4, 0.4))]).toEqual([
      true,
      false,
      null,
    ])
  })

  it('are made of results that outlive a bench which was killed while it wrote one', () => {
    const file = path.join(
      folderWith({ 'results.jsonl': `${JSON.stringify(result('none', 1, 0))}\n{"ground":"spa` }),
      'results.jsonl',
    )
    const open = () =>
      openResults<ArmResult, 'ground' | 'arm' | 'seed' | 'settings'>(file, ['ground', 'arm', 'seed', 'settings'])
    const results = open()
    expect(results.find({ ground: 'sparse', arm: 'none', seed: 1, settings: '' })?.seconds).toBe(1)
    expect(results.find({ ground: 'sparse', arm: 'none', seed: 1, settings: 'other' })).toBeUndefined()
    results.add(result('none', 2, 0))
    expect(open().find({ ground: 'sparse', arm: 'none', seed: 2, settings: '' })?.seed).toBe(2)
  })
})
