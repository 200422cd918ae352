import fc from 'fast-check'
import { expect, test } from 'vitest'
import { QUALITIES } from '../../../examples/quickstart/compose.ts'
import { FAMILIES } from '../../../examples/quickstart/families.ts'
import { answerTo } from '../../../examples/quickstart/language.ts'
import { type Claim, criterionOf } from '../../../examples/quickstart/rubric.ts'
import { verifyCriterion } from '../../../rubrics/index.ts'

const family = (name: string) => FAMILIES.findIndex((one) => one.name === name)
const isMet = (claim: Claim, text: string) => verifyCriterion(criterionOf(claim), { text }).met
const loudest = { kind: 'quality', quality: 'loudest', family: family('kick') } as const
const hits = { kind: 'hits', hits: 3, family: family('kick') } as const
const once = { kind: 'hits', hits: 1, family: family('kick') } as const

const qualityClaim = (family: number, quality: (typeof QUALITIES)[number]): Claim => ({
  kind: 'quality',
  family,
  quality,
})
const hitsClaim = (family: number, hits: number): Claim => ({ kind: 'hits', family, hits })

test.each([
  'the kick is the loudest.',
  'The kick is by far the loudest sound.',
  'The kicks are loudest.',
  'a kick, which is the loudest, then a bell',
  'the kick is the longest and the loudest.',
  'first a bell, then the loudest sound, which is the kick.',
  'the loudest is the kick.',
  'Loudest: the kick.',
  'the bell is the brightest, the kick the loudest.',
])('"%s" says that the kick is the loudest', (text) => expect(isMet(loudest, text)).toBe(true))

test.each([
  'the bell is the loudest.',
  'i hear a kick. the loudest is the bell.',
  'i hear a kick. it is short. the loudest one follows.',
  'the kick is the longest and the bell is the loudest.',
  'the kick is the longest and the loudest is the bell.',
  'the bell is the loudest and the longest is the kick.',
  'the bell is the loudest and the kick is the longest.',
  'the kick is not the loudest.',
  'the loudest is not the kick.',
  'the kick is the loudest. the bell is the loudest.',
  'the loudest is the bell. the loudest is the kick.',
  'the kick is loud.',
  'the kickoff is the loudest.',
  '',
])('"%s" does not', (text) => expect(isMet(loudest, text)).toBe(false))

test.each([
  'the kick hits three times.',
  'The kick is hit 3 times.',
  'a kick sounds three times, then a bell twice.',
  'three kicks, then a bell',
  'i hear three hits of the kick.',
  'a bell once, a kick three times',
  'the kick hits three times. the bell hits four times. two toms follow.',
])('"%s" says that the kick hits three times', (text) => expect(isMet(hits, text)).toBe(true))

test.each([
  'the kick hits two times.',
  'the kick hits two or three times.',
  'two or three kicks',
  'the bell hits three times. the kick is loud.',
  'the kick, then the bell three times.',
  'the kick does not hit three times.',
  'three bells and a kick',
  'the kick hits thirty-three times',
  'the kick hits three times. the kick hits four times.',
  'the kick hits once, the kick hits twice, the kick hits three times',
  'three kicks. four kicks.',
])('"%s" does not', (text) => expect(isMet(hits, text)).toBe(false))

test.each([
  ['the kick hits once.', true],
  ['the kick is heard one time.', true],
  ['one hit of the kick', true],
  ['the kick hits four times.', false],
  ['the one kick i hear', false],
])('"%s" says that the kick hits once: %s', (text, met) => expect(isMet(once, text)).toBe(met))

test('an answer that claims everything of a sound, or the same of every sound, is credited with nothing', () => {
  const all = [...FAMILIES.keys()]
  const everyCount = all.flatMap((one) => [1, 2, 3, 4].map((count) => hitsClaim(one, count)))
  const everySound = all.flatMap((one) => QUALITIES.map((quality) => qualityClaim(one, quality)))
  for (const claims of [everyCount, everySound]) {
    const text = answerTo(claims)
    expect(claims.filter((claim) => isMet(claim, text))).toEqual([])
  }
})

test('a synonym, a plural or a capital is a mention; part of another word is none', () => {
  const hat: Claim = { kind: 'names', family: family('hi-hat') }
  for (const text of ['A cymbal.', 'hi-hats', 'a hi hat', 'HIHAT']) expect(isMet(hat, text)).toBe(true)
  for (const text of ['what is that?', 'she has a hit']) expect(isMet(hat, text)).toBe(false)
})

const families = fc.shuffledSubarray([...FAMILIES.keys()], { minLength: 2, maxLength: 3 })

test('for any sounds and any phrasing, an answer to some claims meets those and none that contradicts them', () => {
  fc.assert(
    fc.property(
      families,
      fc.constantFrom(...QUALITIES),
      fc.integer({ min: 1, max: 4 }),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      ([a, b, ...more], quality, count, draw) => {
        const all = [a!, b!, ...more]
        const claims: Claim[] = [
          ...all.map((one): Claim => ({ kind: 'names', family: one })),
          { kind: 'order', families: all },
          qualityClaim(a!, quality),
          hitsClaim(b!, count),
          { kind: 'brief' },
        ]
        const text = answerTo(claims, () => draw)
        for (const claim of claims)
          expect(isMet(claim, text), `${criterionOf(claim).criterion} in "${text}"`).toBe(true)
        const wrong: Claim[] = [
          { kind: 'order', families: all.toReversed() },
          qualityClaim(b!, quality),
          hitsClaim(a!, count),
          hitsClaim(b!, (count % 4) + 1),
          ...[...FAMILIES.keys()].filter((i) => !all.includes(i)).map((i): Claim => ({ kind: 'absent', family: i })),
        ]
        for (const claim of wrong)
          expect(isMet(claim, text), `${criterionOf(claim).criterion} in "${text}"`).toBe(false)
      },
    ),
    { numRuns: 60 },
  )
})

test('criteria read as one short regular sentence each', () => {
  const claims: Claim[] = [
    { kind: 'names', family: family('bell') },
    { kind: 'order', families: [family('kick'), family('bell')] },
    loudest,
    hits,
    once,
    { kind: 'brief' },
  ]
  expect(claims.map((claim) => `${criterionOf(claim).points} ${criterionOf(claim).criterion}`)).toEqual([
    '4 Mentions the bell.',
    '3 Names in order: kick, bell.',
    '2 Says that the kick is the loudest.',
    '2 Says that the kick hits three times.',
    '2 Says that the kick hits once.',
    '1 Uses at most 24 words.',
  ])
  expect(criterionOf({ kind: 'absent', family: 0 })).toMatchObject({ points: -1, criterion: 'Invents a hi-hat.' })
})
