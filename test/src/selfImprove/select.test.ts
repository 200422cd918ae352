import { describe, expect, it } from 'vitest'
import { type SampledAnswer, selectAnswers } from '../../../src/selfImprove/select.ts'

const answer = (text: string, more: Partial<SampledAnswer> = {}): SampledAnswer => ({
  text,
  finished: true,
  score: null,
  ...more,
})

describe('selectAnswers', () => {
  it('by the rubric keeps what reaches the least score, by reward the best of it', () => {
    const answers = [
      answer('a', { score: 1, reward: 0.1 }),
      answer('b', { score: 0.5, reward: 9 }),
      answer('c', { score: 1, reward: 0.7 }),
    ]
    const { by, nRight, rate, kept } = selectAnswers(answers, '7')
    expect({ by, nRight, rate }).toEqual({ by: 'rubric', nRight: 2, rate: 2 / 3 })
    expect(kept.map(({ text }) => text)).toEqual(['c'])
    expect(selectAnswers(answers, undefined, { keep: 5, leastScore: 0.5 }).kept.map(({ text }) => text)).toEqual([
      'b',
      'c',
      'a',
    ])
  })

  it('by the reference tells right answers however they are written, and takes the shorter of equals, each once', () => {
    const answers = ['so \\boxed{0.5}', 'well, it is \\boxed{1/2}', 'so \\boxed{0.5}', '\\boxed{2}'].map((text) =>
      answer(text),
    )
    const { by, nRight, kept } = selectAnswers(answers, '\\frac{1}{2}', { keep: 4 })
    expect([by, nRight]).toEqual(['reference', 3])
    expect(kept.map(({ text }) => text)).toEqual(['so \\boxed{0.5}', 'well, it is \\boxed{1/2}'])
  })

  it('without a truth keeps the group that wins the vote, if enough agree', () => {
    const answers = ['\\boxed{4}', '\\boxed{4.0}', '\\boxed{5}', 'no'].map((text) => answer(text))
    expect(selectAnswers(answers, undefined)).toMatchObject({ by: 'vote', nRight: 2, rate: 0.5 })
    expect(selectAnswers(answers, undefined, { leastAgreement: 0.6 })).toMatchObject({
      kept: [],
      dropped: 'no agreement',
    })
  })

  it('weighs votes by rewards', () => {
    const answers = [
      answer('\\boxed{1}', { reward: -4 }),
      answer('\\boxed{1}', { reward: -4 }),
      answer('\\boxed{2}', { reward: 3 }),
    ]
    expect(selectAnswers(answers, undefined, { leastAgreement: 0.3 }).kept[0]!.text).toBe('\\boxed{2}')
  })

  it('never keeps a cut answer, nor one of a problem that is solved anyway where that is asked', () => {
    expect(selectAnswers([answer('\\boxed{1}', { finished: false })], '1')).toMatchObject({
      nRight: 1,
      kept: [],
      dropped: 'none right',
    })
    expect(selectAnswers([answer('\\boxed{1}')], '1', { skipSolved: true })).toMatchObject({
      kept: [],
      dropped: 'all right',
    })
    expect(selectAnswers([answer('\\boxed{3}')], '1')).toMatchObject({ dropped: 'none right' })
  })
})
