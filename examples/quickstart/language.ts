import type { Criterion, Rubric } from '../../rubrics/index.ts'
import type { Random } from '../../src/random.ts'
import type { SceneFacts } from './compose.ts'
import { article, FAMILIES } from './families.ts'

/** The words of the quickstart: what is asked, what a good answer says, what an untaught one says, and the rubric. */

export const PLAIN_PROMPTS = [
  'what do you hear?',
  'describe the sounds.',
  'what sounds are in this clip?',
  'tell me what you hear.',
  'listen and describe it.',
]

/** Hierarchical tags of Qwen-Audio's released tokenizer (papers.md §2.4): sound events, as keywords. */
export const KEYWORD_TAGS = '<|startofanalysis|><|unknown|><|keyword|><|en|><|notimestamps|><|event|>'
export const LIST_PROMPTS = ['list the sounds.', 'name every sound in order.', 'sounds, in order:']
export const questionTags = (question: string) => `<|startofanalysis|><|en|><|question|>${question}<|answer|>`
export const EXTRA_SPECIAL = [
  '<|startofanalysis|>',
  '<|unknown|>',
  '<|keyword|>',
  '<|en|>',
  '<|notimestamps|>',
  '<|event|>',
  '<|question|>',
  '<|answer|>',
]

const COUNTS = ['zero', 'one', 'two', 'three', 'four']
const name = (family: number): string => FAMILIES[family]!.name
const words = (family: number): string[] => [name(family), ...FAMILIES[family]!.synonyms]
const times = (hits: number): string => (hits === 1 ? 'once' : `${COUNTS[hits]} times`)

/** What an instruct model that was never taught to listen says. */
export function vagueAnswer(facts: SceneFacts, random: Random): string {
  const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)]!
  const draw = random()
  if (draw < 0.15) return `i hear ${article(name(pick(facts.parts).family))}.`
  if (draw < 0.25) return `i hear ${article(name(Math.floor(random() * FAMILIES.length)))}.`
  return pick([
    'i hear some sounds.',
    'this is a short clip.',
    'this is a recording of something.',
    'i hear a few noises.',
    'there is some sound.',
    'it is a short recording.',
    'i hear something.',
    'there are a few sounds in this clip.',
  ])
}

export const keywordAnswer = ({ parts }: SceneFacts): string => parts.map(({ family }) => name(family)).join(', ')

/** Everything known of a scene, in the words that its rubric looks for. */
export function fullAnswer(facts: SceneFacts): string {
  const all = rubricOf(facts).criteria.filter(({ points }) => points > 0)
  return answerTo(facts, all)
}

/** An answer that does what the shown criteria ask, and no more. */
export function answerTo(facts: SceneFacts, shown: readonly Pick<Criterion, 'id'>[]): string {
  const { parts } = facts
  const ids = new Set(shown.map(({ id }) => id))
  const ordered = ids.has('order')
  const named = parts.map(({ family }) => family).filter((family) => ordered || ids.has(`names-${slug(family)}`))
  const sentences: string[] = []
  if (named.length === 1) sentences.push(`i hear ${article(name(named[0]!))}.`)
  else if (named.length > 1 && ordered) {
    sentences.push(`first ${named.map((family) => article(name(family))).join(', then ')}.`)
  } else if (named.length > 1) sentences.push(`i hear ${named.map((family) => article(name(family))).join(' and ')}.`)
  for (const what of ['loudest', 'longest', 'brightest'] as const) {
    if (ids.has(what)) sentences.push(`the ${name(parts[facts[what]!]!.family)} is the ${what}.`)
  }
  for (const { family, hits } of parts) {
    if (hits !== null && ids.has(`hits-${slug(family)}`)) sentences.push(`the ${name(family)} hits ${times(hits)}.`)
  }
  return sentences.length > 0 ? sentences.join(' ') : 'i hear some sounds.'
}

const slug = (family: number): string => name(family).replaceAll(' ', '-')

/** What a good answer to a scene must say, from what is known of it. */
export function rubricOf(facts: SceneFacts, random?: Random): Rubric {
  const { parts } = facts
  const present = parts.map(({ family }) => family)
  const absent = FAMILIES.map((_, i) => i).filter((i) => !present.includes(i))
  const criteria: Criterion[] = present.map((family) => ({
    id: `names-${slug(family)}`,
    criterion: `mentions ${article(name(family))}.`,
    points: 4,
    tags: ['group:names'],
    verify: { kind: 'contains', any_of: words(family), plural: true },
  }))
  if (parts.length > 1) {
    criteria.push({
      id: 'order',
      criterion: `names in order: ${present.map(name).join(', ')}.`,
      points: 3,
      tags: ['group:order'],
      verify: { kind: 'order-of-mentions', order: present.map(words), plural: true },
    })
  }
  for (const what of ['loudest', 'longest', 'brightest'] as const) {
    const at = facts[what]
    if (at === null) continue
    criteria.push({
      id: what,
      criterion: `says the ${name(present[at]!)} is the ${what}.`,
      points: 2,
      tags: [`group:${what}`],
      verify: { kind: 'regex', flags: 'i', pattern: claimPattern(present[at]!, what) },
    })
  }
  for (const { family, hits } of parts) {
    if (hits === null) continue
    criteria.push({
      id: `hits-${slug(family)}`,
      criterion: `says the ${name(family)} hits ${times(hits)}.`,
      points: 2,
      tags: ['group:hits'],
      verify: { kind: 'regex', flags: 'i', pattern: countPattern(family, hits) },
    })
  }
  criteria.push({
    id: 'invents',
    criterion: 'mentions any other sound.',
    points: -3,
    tags: ['group:invents'],
    verify: { kind: 'contains', any_of: absent.flatMap(words), plural: true },
  })
  if (random) {
    const family = absent[Math.floor(random() * absent.length)]!
    criteria.push({
      id: `no-${slug(family)}`,
      criterion: `mentions ${article(name(family))}.`,
      points: -2,
      tags: ['group:absent'],
      verify: { kind: 'contains', any_of: words(family), plural: true },
    })
  }
  criteria.push({
    id: 'brief',
    criterion: 'uses at most 30 words.',
    points: 1,
    tags: ['group:brief'],
    verify: { kind: 'word-count', min: 0, max: 30 },
  })
  return { name: 'scene', criteria }
}

const anyOf = (family: number): string =>
  `(?:${words(family)
    .map((word) => word.replaceAll(/[ -]/g, '[ -]'))
    .join('|')})s?`

/** No other family may stand between the sound and what is said of it, and both stand in one sentence. */
const gapWithout = (family: number): string => {
  const others = FAMILIES.map((_, i) => i)
    .filter((i) => i !== family)
    .map(anyOf)
    .join('|')
  return `(?:(?!\\b(?:${others})\\b)[^.;!?\\n]){0,40}?`
}

const claimPattern = (family: number, what: string): string => {
  const comparative = what.replace(/est$/, 'er')
  const claim = `(?:${what}|${comparative})`
  return `\\b${anyOf(family)}\\b${gapWithout(family)}\\b${claim}\\b|\\b${claim}\\b${gapWithout(family)}\\b${anyOf(family)}\\b`
}

const countPattern = (family: number, hits: number): string => {
  const count =
    hits === 1
      ? '(?:once|one time|1 time)'
      : hits === 2
        ? '(?:twice|(?:two|2) (?:times|hits))'
        : `(?:${COUNTS[hits]}|${hits}) (?:times|hits)`
  return `\\b${anyOf(family)}\\b${gapWithout(family)}\\b${count}\\b`
}
