import type { Criterion, Rubric } from '../../rubrics/index.ts'
import { FAMILIES } from '../quickstart/families.ts'
import { MANNER_PATTERNS, MANNERS, type Manner } from './manner.ts'

/** What a good answer says; every criterion is decided by a verifier, and both modes are judged by the same ones. */
export interface Wanted {
  readonly manner: Manner
  /** The sound to name, as an index into `FAMILIES`; null where no sound is asked for. */
  readonly family: number | null
  /** The number of the clip that is asked for, where the question names one. */
  readonly number: number | null
  /** Words of which an answer that names no sound holds one. */
  readonly words?: readonly string[]
}

/** What is said counts most: an answer in the right manner that heard nothing earns a sixth. */
const POINTS = { names: 5, says: 5, number: 2, manner: 1, otherManner: -2, invents: -2, long: -1 }
const MOST_WORDS = 12

export const nameOf = (family: number): string => FAMILIES[family]!.name
const wordsFor = (family: number): string[] => [nameOf(family), ...FAMILIES[family]!.synonyms]
const oneOf = (words: readonly string[]): string => words.map((word) => word.replaceAll(/[ -]/g, '[ -]')).join('|')

/** Under which name records count answers to one mode in the manner of the other. */
export const confusedGroup = (answered: Manner, asked: Manner): string => `${answered} answer to ${asked}`

export function rubricOf({ manner, family, number, words = [] }: Wanted): Rubric {
  const other = MANNERS.find((one) => one !== manner)!
  const absent = FAMILIES.flatMap((_, i) => (i === family ? [] : wordsFor(i)))
  const criteria: (Criterion | null)[] = [
    family === null
      ? {
          id: 'says',
          criterion: `Replies to what is said: ${words.join(' or ')}.`,
          points: POINTS.says,
          verify: { kind: 'contains', any_of: [...words], plural: false },
        }
      : {
          id: 'names',
          criterion: `Names the ${nameOf(family)}.`,
          points: POINTS.names,
          verify: { kind: 'contains', any_of: wordsFor(family), plural: true },
        },
    family === null || number === null
      ? null
      : {
          id: 'number',
          criterion: `Says that it is audio ${number}.`,
          points: POINTS.number,
          verify: { kind: 'regex', flags: 'i', pattern: `\\baudio ${number}: (?:${oneOf(wordsFor(family))})` },
        },
    {
      id: 'manner',
      criterion: manner === 'voice-chat' ? 'Speaks to the one who spoke.' : 'Reports labels and speaks to nobody.',
      points: POINTS.manner,
      verify: { kind: 'regex', flags: 'i', pattern: MANNER_PATTERNS[manner] },
    },
    {
      id: 'other-manner',
      criterion: manner === 'voice-chat' ? 'Reports labels, as if asked in writing.' : 'Chats, as if spoken to.',
      points: POINTS.otherManner,
      tags: [`group:${confusedGroup(other, manner)}`],
      verify: { kind: 'regex', flags: 'i', pattern: MANNER_PATTERNS[other] },
    },
    {
      id: 'invents',
      criterion: 'Names any other sound.',
      points: POINTS.invents,
      verify: { kind: 'contains', any_of: absent, plural: true },
    },
    {
      id: 'long',
      criterion: `Uses more than ${MOST_WORDS} words.`,
      points: POINTS.long,
      verify: { kind: 'word-count', min: MOST_WORDS + 1, max: 1000 },
    },
  ]
  return { name: 'chat', criteria: criteria.filter((criterion) => criterion !== null) }
}
