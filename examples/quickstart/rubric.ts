import type { Criterion, Rubric } from '../../rubrics/index.ts'
import { type SeededRandom, shuffle } from '../../src/random.ts'
import { absentFamilies, type Claimable, QUALITIES, type Quality } from './compose.ts'
import { FAMILIES } from './families.ts'

/** What a good answer to a scene says, made from what is known of it. Every criterion is decided by a verifier. */

const POINTS = { names: 4, order: 3, quality: 2, hits: 2, absent: -1, invents: -2, repeats: -2, brief: 1 }
/** More would not fit into a brief answer. */
const MOST = { qualities: 2, hits: 1, absent: 2, words: 24 }

export type Claim =
  | { readonly kind: 'names' | 'absent'; readonly family: number }
  | { readonly kind: 'order'; readonly families: readonly number[] }
  | { readonly kind: 'quality'; readonly family: number; readonly quality: Quality }
  | { readonly kind: 'hits'; readonly family: number; readonly hits: number }
  /** Any sound that is not there: without it, naming many sounds would pay. */
  | { readonly kind: 'invents'; readonly present: readonly number[] }
  | { readonly kind: 'repeats' | 'brief' }

export const nameOf = (family: number): string => FAMILIES[family]!.name
export const timesOf = (hits: number): string => (hits === 1 ? 'once' : `${['two', 'three', 'four'][hits - 2]} times`)

/** What the rubric of a scene asks for and forbids: all of its sounds, and a few of the other things known of it. */
export function claimsOf(facts: Claimable, random: SeededRandom): Claim[] {
  const { parts, overlap } = facts
  const families = parts.map(({ family }) => family)
  const known = QUALITIES.flatMap((quality): Claim[] => {
    const at = facts[quality]
    return at === null ? [] : [{ kind: 'quality', family: families[at]!, quality }]
  })
  // Hits of one of two sounds at once may hide behind the other.
  const counted = overlap
    ? []
    : parts.flatMap(({ family, hits }): Claim[] => (hits === null ? [] : [{ kind: 'hits', family, hits }]))
  return [
    ...families.map((family): Claim => ({ kind: 'names', family })),
    ...(families.length > 1 && !overlap ? [{ kind: 'order', families } as const] : []),
    ...some(known, MOST.qualities, random),
    ...some(counted, MOST.hits, random),
    ...absentFamilies(facts, MOST.absent, random).map((family): Claim => ({ kind: 'absent', family })),
    { kind: 'invents', present: families },
    { kind: 'repeats' },
    { kind: 'brief' },
  ]
}

/** At most `count`, drawn at random and kept in their order. */
function some<T>(items: readonly T[], count: number, random: SeededRandom): T[] {
  const drawn = shuffle(items, random).slice(0, count)
  return items.filter((item) => drawn.includes(item))
}

export function rubricOf(claims: readonly Claim[]): Rubric {
  return { name: 'scene', criteria: claims.map(criterionOf) }
}

export function criterionOf(claim: Claim): Criterion {
  switch (claim.kind) {
    case 'names':
    case 'absent':
      return {
        id: `${claim.kind === 'names' ? 'names' : 'absent'}-${slug(claim.family)}`,
        criterion:
          claim.kind === 'names' ? `Mentions the ${nameOf(claim.family)}.` : `Invents a ${nameOf(claim.family)}.`,
        points: POINTS[claim.kind],
        tags: [`group:${claim.kind}`],
        verify: { kind: 'contains', any_of: wordsFor(claim.family), plural: true },
      }
    case 'order':
      return {
        id: 'order',
        criterion: `Names in order: ${claim.families.map(nameOf).join(', ')}.`,
        points: POINTS.order,
        tags: ['group:order'],
        verify: { kind: 'order-of-mentions', order: claim.families.map(wordsFor), plural: true },
      }
    case 'quality':
      return {
        id: claim.quality,
        criterion: `Says that the ${nameOf(claim.family)} is the ${claim.quality}.`,
        points: POINTS.quality,
        tags: [`group:${claim.quality}`],
        verify: { kind: 'regex', flags: 'i', pattern: qualityPattern(claim.family, claim.quality) },
      }
    case 'hits':
      return {
        id: `hits-${slug(claim.family)}`,
        criterion: `Says that the ${nameOf(claim.family)} hits ${timesOf(claim.hits)}.`,
        points: POINTS.hits,
        tags: ['group:hits'],
        verify: { kind: 'regex', flags: 'i', pattern: hitsPattern(claim.family, claim.hits) },
      }
    case 'invents':
      return {
        id: 'invents',
        criterion: 'Invents any other sound.',
        points: POINTS.invents,
        tags: ['group:invents'],
        verify: {
          kind: 'contains',
          any_of: ALL.filter((family) => !claim.present.includes(family)).flatMap(wordsFor),
          plural: true,
        },
      }
    case 'repeats':
      return {
        id: 'repeats',
        criterion: 'Says a thing twice.',
        points: POINTS.repeats,
        tags: ['group:repeats'],
        verify: { kind: 'regex', flags: 'i', pattern: REPEATED },
      }
    case 'brief':
      return {
        id: 'brief',
        criterion: `Uses at most ${MOST.words} words.`,
        points: POINTS.brief,
        tags: ['group:brief'],
        verify: { kind: 'word-count', min: 0, max: MOST.words },
      }
  }
}

/** A whole clause that comes again, or the same sound named twice in a row ("a kick and a kick"). */
const REPEATED =
  '(?:^|[.,;!?]|\\bthen\\b|\\band\\b)\\s*([^.,;!?]{3,60}?)(?:[.,;!?]+|\\s+and\\b|\\s+then\\b)[\\s\\S]*?(?<![\\w-])\\1(?=[.,;!?]|\\s+and\\b|\\s+then\\b|\\s*$)'

const slug = (family: number): string => nameOf(family).replaceAll(' ', '-')
const wordsFor = (family: number): string[] => [nameOf(family), ...FAMILIES[family]!.synonyms]

const oneOf = (words: readonly string[]): string =>
  `(?:${words.map((word) => word.replaceAll(/[ -]/g, '[ -]')).join('|')})`
const soundOf = (families: readonly number[]): string => `\\b${oneOf(families.flatMap(wordsFor))}(?:e?s)?\\b`
const ALL = [...FAMILIES.keys()]
const anySound = soundOf(ALL)
const negation = "\\b(?:not|never|neither|nor|less|isn't|doesn't)\\b"

/** After these words, another sound is spoken of. */
const nextSound = '\\b(?:then|followed)\\b'

/** Up to 60 characters of the same sentence, in which no `barrier` stands. */
const without = (...barriers: string[]): string => `(?:(?!${barriers.join('|')})[^.;!?\\n]){0,60}?`

/** Said, and nothing said that contradicts it: an answer that claims everything claims nothing. */
const saidAlone = (said: string, contradiction: string): string =>
  `^(?![\\s\\S]*?(?:${contradiction}))[\\s\\S]*?(?:${said})`

/**
 * "the kick is the loudest", "the kick, which …, is the longest and the loudest", "the loudest sound is the kick". Not "the kick is the longest and
 * the loudest is the bell", nor "the kick is not the loudest", nor when another sound is called the loudest as well.
 */
function qualityPattern(family: number, quality: Quality): string {
  const anyQuality = `\\b${oneOf(QUALITIES)}\\b`
  const verb = '(?:is|was|are|were|being)'
  const between = without(anySound, anyQuality, negation)
  const saysOf = (sound: string) =>
    `${sound}${without(anySound, negation, nextSound)}\\b${quality}\\b(?!(?: (?:one|sound))?[ ,:]+${verb}\\b)` +
    `|\\b${quality}\\b${between}(?:\\b${verb}\\b|:)${between}${sound}`
  return saidAlone(saysOf(soundOf([family])), saysOf(soundOf(ALL.filter((other) => other !== family))))
}

/** How a number of times is written; what is counted in a scene is among the first four. */
const NUMBERS: readonly (readonly string[])[] = [
  ['one', '1', 'a single'],
  ['two', '2'],
  ['three', '3'],
  ['four', '4'],
  ['five', 'six', 'seven', 'eight', 'nine', 'ten', 'many', 'several', '[5-9]', '\\d\\d+'],
]
const ADVERBS: readonly (readonly string[])[] = [['once'], ['twice'], ['thrice'], [], []]

/**
 * "the kick hits three times", "the kick is hit 3 times", "three hits of the kick", "three kicks". Not "two or three times", nor when another number
 * is said of the kick as well.
 */
function hitsPattern(family: number, hits: number): string {
  const sound = soundOf([family])
  const word = (words: readonly string[]) => `(?<![\\w-])(?:${words.join('|')})\\b`
  const between = without(anySound, word([...NUMBERS, ...ADVERBS].flat()), negation)
  const saysAnyOf = (counts: readonly number[]) => {
    const number = word(counts.flatMap((count) => NUMBERS[count - 1]!))
    const adverbs = counts.flatMap((count) => ADVERBS[count - 1]!)
    const often = [`${number} (?:times?|hits?|strokes?|beats?)\\b`, ...(adverbs.length > 0 ? [word(adverbs)] : [])]
    // "one kick" counts nothing: it is how anybody speaks of a kick.
    const several = counts.filter((count) => count > 1).flatMap((count) => NUMBERS[count - 1]!)
    return [
      `${sound}${between}(?:${often.join('|')})`,
      `(?<!\\bor )${number} (?:hits?|strokes?|beats?) (?:of|on|from) ${between}${sound}`,
      ...(several.length > 0 ? [`(?<!\\bor )${word(several)} ${sound}`] : []),
    ].join('|')
  }
  const others = NUMBERS.map((_, i) => i + 1).filter((count) => count !== hits)
  return saidAlone(saysAnyOf([hits]), saysAnyOf(others))
}
