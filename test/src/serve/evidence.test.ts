import { describe, expect, it } from 'vitest'
import { parseRubric } from '../../../rubrics/index.ts'
import { scoreAnswer } from '../../../src/score/index.ts'
import { type Heard, spansOf } from '../../../src/serve/evidence.ts'

async function spans(verify: string, text: string, heard: Heard = {}) {
  const rubric = parseRubric(`name: r\ncriteria:\n  - { criterion: c, points: 1, verify: { ${verify} } }\n`)
  const { criteria } = await scoreAnswer({ text }, rubric)
  return spansOf(criteria[0]!, rubric, text, heard)
}
const words = (text: string, { words }: Awaited<ReturnType<typeof spans>>) =>
  words.map(({ start, end }) => text.slice(start, end))

describe('where a verdict finds its reason', () => {
  it('is in the phrases that a verifier looks for, as whole words in any case', async () => {
    const text = 'Two DOGS bark; a doggerel is read.'
    expect(words(text, await spans('kind: contains, any_of: [dog, cat], plural: true', text))).toEqual(['DOGS'])
    expect(words('a hotdog', await spans('kind: contains, any_of: [dog]', 'a hotdog'))).toEqual([])
    expect(words('perhaps a cat', await spans('kind: excludes, none_of: [perhaps]', 'perhaps a cat'))).toEqual([
      'perhaps',
    ])
  })

  it('is in the time at which those words are said', async () => {
    const segments = [
      { start: 0, end: 1.2, text: 'It is late.' },
      { start: 1.5, end: 3, text: 'It is half past nine.' },
    ]
    const text = segments.map((one) => one.text).join(' ')
    const found = await spans('kind: contains, any_of: [half past nine]', text, { segments })
    expect(found.times).toEqual([{ start: 1.5, end: 3 }])
    expect((await spans('kind: contains, any_of: ["it is"]', text, { segments })).times).toHaveLength(2)
  })

  it('is in the silence before speech, and in what is too long', async () => {
    const heard = { leadingSilence: 0.8, durationSeconds: 5 }
    expect((await spans('kind: measure, name: leading-silence, at_most: 0.5', '', heard)).times).toEqual([
      { start: 0, end: 0.8 },
    ])
    expect((await spans('kind: measure, name: duration, at_most: 4', '', heard)).times).toEqual([{ start: 4, end: 5 }])
    expect((await spans('kind: measure, name: duration, at_most: 6', '', heard)).times).toEqual([])
  })

  it('is what a judge quotes, of words and of time', async () => {
    const rubric = parseRubric('name: r\ncriteria:\n  - { criterion: c, points: 1 }\n')
    const judged = {
      id: rubric.criteria[0]!.id,
      criterion: 'c',
      points: 1,
      met: true,
      reason: '',
      decidedBy: 'judge' as const,
      evidence: [
        { kind: 'words' as const, start: 2, end: 5, text: 'dog' },
        { kind: 'time' as const, startSeconds: 1, endSeconds: 2 },
      ],
    }
    expect(spansOf(judged, rubric, 'a dog')).toEqual({
      words: [{ start: 2, end: 5 }],
      times: [{ start: 1, end: 2 }],
    })
  })
})
