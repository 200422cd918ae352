import type { Random } from '../../src/random.ts'
import type { Quality, SceneFacts } from './compose.ts'
import { FAMILIES } from './families.ts'
import { type Claim, nameOf, timesOf } from './rubric.ts'

/** The words of the quickstart: what is asked, and what is answered well and poorly. Lower case and few, for a model that starts from nothing. */

/** What a user asks; rubrics judge the answers to these. */
export const PLAIN_PROMPTS = [
  'what do you hear?',
  'describe the sounds.',
  'what sounds are in this clip?',
  'tell me what you hear.',
  'listen and describe it.',
]

/** Hierarchical tags of Qwen-Audio's released tokenizer (papers.md §2.4): no speech, events as keywords, in English, without times. */
export const KEYWORD_TAGS = '<|startofanalysis|><|unknown|><|keyword|><|en|><|notimestamps|><|event|>'
export const questionTags = (question: string): string =>
  `<|startofanalysis|><|unknown|><|question|>${question}<|answer|>`

/** The same two tasks asked in plain words, as Qwen2-Audio does. */
export const LIST_PROMPTS = ['list the sounds.', 'name every sound in order.', 'which sounds are there, in order?']
export const ASK_PROMPTS: Record<Quality | 'hits', readonly ((name: string) => string)[]> = {
  loudest: [() => 'which is the loudest?', () => 'which sound is the loudest?'],
  longest: [() => 'which is the longest?', () => 'which sound is the longest?'],
  brightest: [() => 'which is the brightest?', () => 'which sound is the brightest?'],
  hits: [(name) => `how many times does the ${name} hit?`, (name) => `how often does the ${name} hit?`],
}

/** How a model answers that was tuned to be polite and not to listen. */
const VAGUE = [
  'i hear some sounds.',
  'i hear a few noises.',
  'this is a short clip.',
  'this is a recording of something.',
  'there are some sounds in this clip.',
  'it is a short clip with a few noises.',
]
/** Shares of the poor answers that name one sound rightly, and that name one rightly and one wrongly; the rest is vague. */
const POOR = { oneRight: 0.06, oneWrong: 0.04 }

export const pick = <T>(items: readonly T[], random: Random): T => items[Math.floor(random() * items.length)]!

export const article = (name: string): string => `a ${name}`

/** "a kick", "a kick and a bell", "a kick, a bell and a tabla" */
function enumerated(names: readonly string[]): string {
  const items = names.map(article)
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

export const vagueAnswer = (random: Random): string => pick(VAGUE, random)

export function poorAnswer({ parts }: SceneFacts, random: Random): string {
  const draw = random()
  if (draw >= POOR.oneRight + POOR.oneWrong) return vagueAnswer(random)
  const right = pick(parts, random).family
  if (draw < POOR.oneRight) return `i hear ${article(nameOf(right))}.`
  const others = FAMILIES.map((_, family) => family).filter((family) => !parts.some((part) => part.family === family))
  return `i hear ${enumerated([nameOf(right), nameOf(pick(others, random))])}.`
}

/** "kick, bell, tabla": the label of the keyword tag, in the order in which the sounds begin. */
export const keywordAnswer = ({ parts }: SceneFacts): string => parts.map(({ family }) => nameOf(family)).join(', ')

/** Does what the claims ask and no more; without `random`, in the plainest of the phrasings. */
export function answerTo(claims: readonly Claim[], random: Random = () => 0): string {
  const order = claims.find((claim) => claim.kind === 'order')
  const named = claims.flatMap((claim) => (claim.kind === 'names' ? [nameOf(claim.family)] : []))
  const sentences = [
    order ? inSequence(order.families.map(nameOf), random) : named.length > 0 ? together(named, random) : '',
    ...claims.map((claim) => {
      if (claim.kind === 'quality') {
        const sound = nameOf(claim.family)
        return pick([`the ${sound} is the ${claim.quality}.`, `the ${claim.quality} is the ${sound}.`], random)
      }
      return claim.kind === 'hits' ? `the ${nameOf(claim.family)} hits ${timesOf(claim.hits)}.` : ''
    }),
  ].filter(Boolean)
  return sentences.length > 0 ? sentences.join(' ') : vagueAnswer(random)
}

function inSequence(names: readonly string[], random: Random): string {
  const then = names.map(article).join(', then ')
  return pick([`first ${then}.`, `first ${then}.`, `i hear ${then}.`, `${then}.`], random)
}

function together(names: readonly string[], random: Random): string {
  const all = enumerated(names)
  return pick([`i hear ${all}.`, `i hear ${all}.`, `there is ${all}.`, `the clip has ${all}.`], random)
}
