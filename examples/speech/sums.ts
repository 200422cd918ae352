import type { Rubric } from '../../rubrics/index.ts'
import { type Criterion, drawScaffold, renderScaffold, scaffoldSchema } from '../../rubrics/index.ts'
import type { SeededRandom } from '../../src/random.ts'
import type { Language, Word } from './speakers.ts'

/** A spoken sum, what a good answer to it says, and the lines of the data files that are made of it. */
export interface Sum {
  readonly a: number
  readonly b: number
  readonly operation: 'plus' | 'minus'
}

export interface SpokenSum extends Sum {
  readonly id: string
  /** Path of the clip, relative to the data file. */
  readonly audio: string
  readonly language: Language
  readonly speaker: string
}

export interface SpokenWord extends Pick<SpokenSum, 'id' | 'audio' | 'language' | 'speaker'> {
  readonly word: Word
}

export const NUMBERS: readonly number[] = Array.from({ length: 12 }, (_, i) => i + 1)

/** Every sum of two of these numbers whose result is not negative. */
export function allSums(): Sum[] {
  return NUMBERS.flatMap((a) =>
    NUMBERS.flatMap((b): Sum[] => [
      { a, b, operation: 'plus' },
      ...(a >= b ? [{ a, b, operation: 'minus' } as const] : []),
    ]),
  )
}

export const resultOf = ({ a, b, operation }: Sum): number => (operation === 'plus' ? a + b : a - b)

// prettier-ignore
const WORDS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
  'twenty',
  'twenty-one',
  'twenty-two',
  'twenty-three',
  'twenty-four',
]
const SIGNS = { plus: '\\+|plus|and|added to', minus: '-|−|minus|less|take away' }
const LANGUAGES: readonly Language[] = ['English', 'Spanish', 'French', 'Italian', 'Russian']

const numeral = (n: number): string => `(?<![\\w-])(?:${n}|${WORDS[n]})(?![\\w-])`

/** What an answer is asked for; every criterion is decided by a verifier. */
export function rubricOf({ a, b, operation, language, ...sum }: SpokenSum): Rubric {
  const result = resultOf({ a, b, operation, ...sum })
  const others = LANGUAGES.filter((other) => other !== language)
  const points = { sum: 3, result: 4, language: 2, invents: -2, brief: 1 }
  return {
    name: 'spoken-sum',
    criteria: [
      {
        id: 'sum',
        criterion: `Writes the sum itself: ${a} ${operation} ${b}.`,
        points: points.sum,
        verify: {
          kind: 'regex',
          flags: 'i',
          pattern: `${numeral(a)}\\s*(?:${SIGNS[operation]})\\s*${numeral(b)}`,
        },
      },
      {
        id: 'result',
        criterion: `Ends with the right result, ${result}.`,
        points: points.result,
        verify: { kind: 'regex', flags: 'i', pattern: `${numeral(result)}[^\\w]*$` },
      },
      {
        id: 'language',
        criterion: `Says that the speaker speaks ${language}.`,
        points: points.language,
        verify: { kind: 'contains', any_of: [language], plural: false },
      },
      {
        id: 'invents',
        criterion: 'Names another language.',
        points: points.invents,
        verify: { kind: 'contains', any_of: others, plural: false },
      },
      {
        id: 'brief',
        criterion: 'Uses at most 12 words.',
        points: points.brief,
        verify: { kind: 'word-count', min: 1, max: 12 },
      },
    ],
  }
}

/** How criteria are shown to a model of this size: one short line each. */
export const SCAFFOLD = scaffoldSchema.parse({ style: 'compact', show_points: false, warning: false })

export const PLAIN_PROMPTS = [
  'What is the answer?',
  'Work out what the speaker asks.',
  'Answer the spoken question.',
  'What does this come to?',
]
const ASKS = {
  word: ['Which word is said?', 'What is said?', 'Write down the word.'],
  sum: ['Write down what is said.', 'Which numbers do you hear?', 'Write the sum that you hear.'],
  language: ['Which language is spoken?', 'What language is this?'],
}

export const pick = <T>(items: readonly T[], random: SeededRandom): T => items[random.integer(items.length)]!

/** The best answer to those of the criteria that are shown: the sum before its result, which is easier said than the result alone. */
export function answerTo(sum: SpokenSum, shown: readonly Pick<Criterion, 'id'>[]): string {
  const asks = (id: string) => shown.some((criterion) => criterion.id === id)
  const written = asks('sum') ? `${sum.a} ${sum.operation} ${sum.b} is ${resultOf(sum)}.` : poorAnswer(sum)
  return asks('language') ? `In ${sum.language}: ${written}` : written
}

/** What a model says that was never asked for more. */
const poorAnswer = (sum: Sum): string => `It is ${resultOf(sum)}.`

const user = (audio: string, text: string) => ({
  role: 'user',
  content: [
    { type: 'audio', path: audio },
    { type: 'text', text },
  ],
})
const assistant = (content: string) => ({ role: 'assistant', content })
const tagsOf = ({ language, speaker, operation }: SpokenSum) => ({ language, speaker, operation })

/** A plain prompt and its rubric, for rollouts and evaluation. */
export const plainLine = (sum: SpokenSum, random: SeededRandom) => ({
  id: sum.id,
  messages: [user(sum.audio, pick(PLAIN_PROMPTS, random))],
  rubric: rubricOf(sum),
  reference: answerTo(sum, [{ id: 'sum' }, { id: 'language' }]),
  tags: tagsOf(sum),
})

/** A single word to name, or the language that it is said in. */
export const wordLine = (
  { id, audio, word, language, speaker }: SpokenWord,
  task: 'word' | 'language',
  random: SeededRandom,
) => ({
  id: `${id}-${task}`,
  messages: [user(audio, pick(ASKS[task], random)), assistant(task === 'word' ? `${word}` : language)],
  tags: { language, speaker, task },
})

/** One conversation to learn: what is said, which language it is, a plain question, or one with criteria shown. */
export function taughtLine(sum: SpokenSum, task: 'sum' | 'language' | 'plain' | 'scaffolded', random: SeededRandom) {
  const line = (messages: readonly object[]) => ({ id: `${sum.id}-${task}`, messages, tags: { ...tagsOf(sum), task } })
  if (task === 'sum') {
    return line([user(sum.audio, pick(ASKS.sum, random)), assistant(`${sum.a} ${sum.operation} ${sum.b}`)])
  }
  if (task === 'language') return line([user(sum.audio, pick(ASKS.language, random)), assistant(sum.language)])
  const question = user(sum.audio, pick(PLAIN_PROMPTS, random))
  if (task === 'plain') return line([question, assistant(answerTo(sum, []))])
  const shown = drawScaffold(rubricOf(sum), random(), random, SCAFFOLD.choice)
  const scaffold = renderScaffold(shown, SCAFFOLD)
  const system = scaffold ? [{ role: 'system', content: scaffold }] : []
  return line([...system, question, assistant(answerTo(sum, shown))])
}
