import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bestRewarded, groupAnswers, passAtK, vote, votingScores } from '../../../src/analysis/voting.ts'
import { seededRandom } from '../../../src/random.ts'

describe('vote', () => {
  it('counts answers that are written differently as one', () => {
    const won = vote(['\\frac{1}{2}', '2', '0.5', null, '1/2', '2'])
    expect(won).toEqual({ answer: '\\frac{1}{2}', members: [0, 2, 4], weight: 3 })
  })

  it('gives a tie to the answer that came first, and nothing to no answers', () => {
    expect(vote(['3', '4', '4', '3'])?.answer).toBe('3')
    expect(vote([null, null])).toBeNull()
  })

  it('by weights lets two sure answers win over three', () => {
    const answers = ['1', '1', '1', '7', '7']
    expect(vote(answers)?.answer).toBe('1')
    expect(vote(answers, { weights: [0.1, 0.2, 0.1, 0.9, 0.8] })).toMatchObject({
      answer: '7',
      weight: expect.closeTo(1.7),
    })
  })

  it('groups take every answer once', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(4).map(String)), { maxLength: 20 }), (answers) => {
        const members = groupAnswers(answers).flatMap((group) => group.members)
        expect(members.sort((a, b) => a - b)).toEqual(answers.flatMap((answer, i) => (answer === null ? [] : [i])))
      }),
    )
  })
})

describe('pass@k', () => {
  it('is what the formula of arXiv 2107.03374 gives', () => {
    expect(passAtK(10, 3, 1)).toBeCloseTo(0.3, 12)
    expect(passAtK(10, 3, 5)).toBeCloseTo(1 - 21 / 252, 12) // C(7,5) / C(10,5)
    expect(passAtK(10, 0, 10)).toBe(0)
    expect(passAtK(10, 6, 5)).toBe(1)
    expect(() => passAtK(4, 1, 5)).toThrow(RangeError)
  })
})

describe('votingScores', () => {
  it('at the whole number of answers is what each way of choosing gives', () => {
    const problem = {
      answers: ['1', '1', '2', '3'],
      correct: [false, false, true, false],
      rewards: [0.1, 0.2, 0.9, 0.3],
    }
    expect(votingScores([problem], [4], seededRandom(1))).toEqual([
      { n: 4, single: 0.25, majority: 0, weighted: 1, rewarded: 1, pass: 1 },
    ])
  })

  it('RM@n is the mean over all subsets', () => {
    const problem = {
      answers: ['a', 'b', 'c', 'd', 'e'],
      correct: [true, false, true, false, false],
      rewards: [0.3, 0.9, 0.5, 0.1, 0.5],
    }
    for (const n of [1, 2, 3, 4]) {
      let sum = 0
      let count = 0
      for (let mask = 0; mask < 32; mask++) {
        const chosen = [0, 1, 2, 3, 4].filter((i) => mask & (1 << i))
        if (chosen.length !== n) continue
        count++
        sum += problem.correct[chosen[bestRewarded(chosen.map((i) => problem.rewards[i]!))]!] ? 1 : 0
      }
      const [scores] = votingScores([problem], [n], seededRandom(1))
      expect(scores!.rewarded).toBeCloseTo(sum / count, 12)
      expect(scores!.single).toBeCloseTo(0.4, 12)
    }
  })

  it('one answer is as good by every way; more answers lift majority where most are right', () => {
    const random = seededRandom(5)
    const problems = Array.from({ length: 60 }, () => {
      const answers = Array.from({ length: 16 }, () => (random() < 0.45 ? 'right' : `wrong${random.integer(5)}`))
      return { answers, correct: answers.map((answer) => answer === 'right') }
    })
    const same = (a: string, b: string) => a === b
    const [one, many] = votingScores(problems, [1, 16], seededRandom(2), { same, draws: 200 })
    expect(one!.majority).toBeCloseTo(one!.single, 1)
    expect(one!.pass).toBeCloseTo(one!.single, 10)
    expect(many!.majority).toBeGreaterThan(one!.majority + 0.3)
    expect(many!.weighted).toBeNull()
    expect(() => votingScores(problems, [17], seededRandom(2), { same })).toThrow(/17 of 16 answers/)
  })
})
