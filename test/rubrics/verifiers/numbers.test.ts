import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findNumbers } from '../../../rubrics/verifiers/numbers.ts'
import { fold } from '../../../rubrics/verifiers/words.ts'
import { anyText } from '../arbitraries.ts'

const values = (text: string) => findNumbers(fold(text)).map(({ value }) => value)

describe('findNumbers', () => {
  it.each([
    ['3 beeps', [3]],
    ['three beeps', [3]],
    ['Zero to twenty', [0, 20]],
    ['twenty-one, twenty one, twenty', [21, 21, 20]],
    ['three two one', [3, 2, 1]],
    ['one hundred and five', [105]],
    ['a hundred', [100]],
    ['two thousand five hundred', [2500]],
    ['1,200 or 1200.5', [1200, 1200.5]],
    ['3,5', [3, 5]],
    ['3 million', [3e6]],
    ['-4 and minus four', [-4, -4]],
    ['10-20', [10, 20]],
    ['three point five', [3.5]],
    ['0.5s, .25 s, 16kHz, 1e3', [0.5, 0.25, 16, 1000]],
    ['mp3, B2B, the 4th, 21st', []],
    ['no one, the one that, someone', []],
    ['one dog', [1]],
    ['at 12:30', [12, 30]],
    ['fourteen', [14]],
    ['one million two hundred thousand and six', [1_200_006]],
    ['someten', []],
    ['cats and two dogs', [2]],
    ['hundred and dogs', [100]],
  ])('%j holds %j', (text, expected) => {
    expect(values(text)).toEqual(expected)
  })

  it('reads every whole number below a million that it is given in English', () => {
    fc.assert(
      fc.property(fc.nat({ max: 999_999 }), (n) => {
        expect(values(inEnglish(n))).toEqual([n])
      }),
    )
  })

  it('reads any number as JavaScript writes it', () => {
    const number = fc.double({ min: -1e15, max: 1e15, noNaN: true }).map((n) => n + 0) // -0 is written 0
    fc.assert(
      fc.property(number, (n) => {
        expect(values(`about ${n} Hz`)).toEqual([n])
      }),
    )
  })

  it('gives spans in order, apart, inside the text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(anyText, fc.constantFrom(' twenty', '-one', ' 3', ' and', ' point', ' minus '))),
        (parts) => {
          const text = fold(parts.join(''))
          let end = 0
          for (const { value, from, to } of findNumbers(text)) {
            expect(from).toBeGreaterThanOrEqual(end)
            expect(to).toBeGreaterThan(from)
            expect(Number.isFinite(value)).toBe(true)
            end = to
          }
          expect(end).toBeLessThanOrEqual(text.length)
        },
      ),
    )
  })
})

const SMALL = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ' +
  'eighteen nineteen'
).split(' ')
const TENS = ' - twenty thirty forty fifty sixty seventy eighty ninety'.trimStart().split(' ')

function inEnglish(n: number): string {
  if (n < 20) return SMALL[n]!
  if (n < 100) return TENS[Math.floor(n / 10) - 1]! + (n % 10 ? `-${SMALL[n % 10]}` : '')
  if (n < 1000) return `${SMALL[Math.floor(n / 100)]} hundred${n % 100 ? ` and ${inEnglish(n % 100)}` : ''}`
  return `${inEnglish(Math.floor(n / 1000))} thousand${n % 1000 ? `${n % 1000 < 100 ? ' and' : ''} ${inEnglish(n % 1000)}` : ''}`
}
