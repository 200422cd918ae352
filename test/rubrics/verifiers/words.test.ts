import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countWords, findPhrase, fold } from '../../../rubrics/verifiers/words.ts'
import { anyText } from '../arbitraries.ts'

describe('countWords', () => {
  it.each([
    ['', 0],
    ['  …  ', 0],
    ["Don't stop the well-known 3.5 kHz tone!", 7],
    ['yes—no – maybe', 3],
    ['Größe naïve', 2],
    ['A — B', 2],
  ])('%j has %i', (text, expected) => {
    expect(countWords(text)).toBe(expected)
  })

  it('segments scripts written without spaces; the exact words are ICU’s', () => {
    expect(countWords('我听到一只狗')).toBeGreaterThan(2)
    expect(countWords('我听到一只狗')).toBeLessThan(7)
  })

  it('adds up over texts set side by side', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expect(countWords(`${a} ${b}`)).toBe(countWords(a) + countWords(b))
      }),
    )
  })
})

describe('fold', () => {
  it('folded again is itself', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(fold(fold(text))).toBe(fold(text))
      }),
      { numRuns: 500 },
    )
  })

  it('makes case, composition and apostrophes equal', () => {
    expect(fold('STRASSE')).toBe(fold('Straße'))
    expect(fold('Cafe\u0301')).toBe(fold('CAFÉ'))
    expect(fold('don’t')).toBe(fold("Don't"))
    expect(fold('ΟΔΟΣ')).toBe(fold('οδοσ'))
  })
})

describe('findPhrase', () => {
  const found = (text: string, phrase: string, plural = false) => findPhrase(fold(text), phrase, { plural }).length

  it.each([
    ['A dog. Dogs, hotdog, dog-house', 'dog', 2],
    ['dogs', 'dog', 0],
    ['the barking   dog', 'Barking Dog', 1],
    ['a barking-dog', 'barking dog', 1],
    ['a barking dog', 'barking-dog', 1],
    ['Ein Überfall', 'über', 0],
    ['naïveté', 'naïve', 0],
    ['_dog_', 'dog', 0],
    ['dog1', 'dog', 0],
    ['有一只狗在叫', '狗', 1],
    ['DNA狗', '狗', 1],
    ['听到dog叫', 'dog', 1],
    ['written in C++, then C', 'c++', 1],
    ['costs $5 (five)', '(five)', 1],
    ['a.b', 'a b', 0],
    ['ba a a', 'a a', 1],
  ])('%j mentions %j %i times', (text, phrase, expected) => {
    expect(found(text, phrase)).toBe(expected)
  })

  it.each([
    ['dog', 'dogs'],
    ['siren', 'sirens'],
    ['glass', 'glasses'],
    ['box', 'boxes'],
    ['church bell', 'church bells'],
    ['baby', 'babies'],
    ['boy', 'boys'],
    ['echo', 'echoes'],
  ])('plural: %j is found in %j', (phrase, text) => {
    expect([found(text, phrase, true), found(phrase, phrase, true), found(text, phrase)]).toEqual([1, 1, 0])
  })

  it('finds any phrase in a text that is the phrase', () => {
    const phrase = anyText.filter((text) => /[^\s\p{P}\p{Z}\p{C}]/u.test(text))
    fc.assert(
      fc.property(phrase, (text) => {
        expect(found(text, text)).toBe(1)
      }),
      { numRuns: 500 },
    )
  })
})
