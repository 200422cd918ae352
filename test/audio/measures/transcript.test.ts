import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../../audio/measures/analysis/words.ts'
import { numberOf, take } from './take.ts'

const sound = Float32Array.of(0)
const wer = (transcript: string, reference: string) =>
  numberOf('word-error-rate', sound, 8000, { transcript, reference })
const of = (name: string, transcript: string) => numberOf(name, sound, 8000, { transcript })

describe('word-error-rate', () => {
  it.each([
    ['the cat sat on the mat', 'the cat sat on the mat', 0],
    ['The cat, sat – on THE mat!', 'the cat sat on the mat', 0],
    ['the cat sat on mat', 'the cat sat on the mat', 1 / 6],
    ['the bat sat on the mat', 'the cat sat on the mat', 1 / 6],
    ['the cat sat sat on the mat', 'the cat sat on the mat', 1 / 6],
    ['', 'hello there', 1],
    ['one two three four five', 'five', 4],
    ['don’t [coughs] stop', "don't stop", 0],
    ['今日は良い天気です', '今日は良い天気です', 0],
  ])('of %j against %j is %d', async (transcript, reference, wanted) => {
    expect(await wer(transcript, reference)).toBeCloseTo(wanted, 9)
  })

  const words = fc.array(fc.constantFrom<string>('a', 'be', 'cat', 'dog'), { minLength: 1, maxLength: 8 })
  const joined = (list: readonly string[]) => list.join(' ')

  it('is 0 exactly for equal words, and keeps the bounds of an edit distance', async () => {
    await fc.assert(
      fc.asyncProperty(words, words, async (a, b) => {
        const errors = (await wer(joined(a), joined(b))) * b.length
        expect(errors === 0).toBe(joined(a) === joined(b))
        expect(errors).toBeGreaterThanOrEqual(Math.abs(a.length - b.length) - 1e-9)
        expect(errors).toBeLessThanOrEqual(Math.max(a.length, b.length) + 1e-9)
        expect((await wer(joined(b), joined(a))) * a.length).toBeCloseTo(errors, 9)
      }),
      { numRuns: 60 },
    )
  })

  it('counts each word that was put in or left out', async () => {
    await fc.assert(
      fc.asyncProperty(words, fc.nat(), async (list, at) => {
        const i = at % list.length
        expect((await wer(joined(list.toSpliced(i, 0, 'zebra')), joined(list))) * list.length).toBeCloseTo(1, 9)
        expect((await wer(joined(list.toSpliced(i, 1)), joined(list))) * list.length).toBeCloseTo(1, 9)
      }),
      { numRuns: 40 },
    )
  })

  it('is unknown without a transcript, a reference, or words in it', async () => {
    const reason = async (given: object) => (await take('word-error-rate', sound, 8000, given)).reason
    expect(await reason({})).toBe('it takes a transcript and a reference, and there is none')
    expect(await reason({ transcript: 'a' })).toBe('it takes a reference, and there is none')
    expect(await reason({ transcript: 'a', reference: '…' })).toBe('the reference has no words')
  })
})

describe('repetition', () => {
  it.each([
    ['the train leaves at nine', 0],
    ['the the train', 1 / 3],
    ['I want to go. I want to go. I want to go.', 8 / 12],
    ['la la la la', 3 / 4],
    ['to be or not to be', 0],
    ['once upon a time there was once upon a time', 0],
  ])('of %j is %d', async (transcript, wanted) => {
    expect(await of('repetition', transcript)).toBeCloseTo(wanted, 9)
  })

  it('of distinct words said n times over is (n − 1)/n', async () => {
    const distinct = fc.uniqueArray(fc.stringMatching(/^[b-z]{3,6}$/), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(distinct, fc.integer({ min: 1, max: 6 }), async (list, n) => {
        const said = new Array<string>(n).fill(list.join(' ')).join(' ')
        expect(await of('repetition', said)).toBeCloseTo((n - 1) / n, 9)
      }),
      { numRuns: 40 },
    )
  })
})

describe('stutter', () => {
  it.each([
    ['please stop the train', 0],
    ['please st- stop the train', 20],
    ['p-p-please stop the train', 100 / 3],
    ['I… I want that', 25],
    ['we we want that', 25],
    ['a well-known, first-class train', 0],
    ['wait... stop it', 0],
  ])('of %j is %d in 100 words', async (transcript, wanted) => {
    expect(await of('stutter', transcript)).toBeCloseTo(wanted, 9)
  })
})

describe('wordsOf', () => {
  it.each([
    ['Don’t stop — it costs 3.5 %!', ["don't", 'stop', 'it', 'costs', '3.5']],
    ['[laughs] (aside) <noise> well-known', ['well', 'known']],
    ['ﬁne Ｆｕｌｌ', ['fine', 'full']],
    ['…', []],
  ])('of %j', (text, wanted) => {
    expect(wordsOf(text)).toEqual(wanted)
  })

  it('takes 100,000 characters of anything within seconds', () => {
    for (const text of ['a '.repeat(50_000), 'a'.repeat(100_000), '狗'.repeat(100_000), '('.repeat(100_000)]) {
      const start = performance.now()
      wordsOf(text)
      expect(performance.now() - start).toBeLessThan(3000)
    }
  })
})
