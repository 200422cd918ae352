import type { Rubric } from '../../rubrics/index.ts'
import { captionWords } from '../metrics/index.ts'
import { rubricOf } from './rubrics.ts'

/** Words that say nothing of a sound. */
const COMMON = new Set(
  'a an and are as at be by for from has have in into is it its of off on or out over s some than that the their then there they this to up was were while with'.split(
    ' ',
  ),
)
/** Most words that are looked for one by one. */
const MOST = 6

/**
 * What a description is worth: a judge compares it with the references; a program looks for the words that most
 * references use, in whole or by their stem, and for one short sentence.
 */
export function describes(name: string, references: readonly string[]): Rubric {
  const uses = new Map<string, number>()
  for (const reference of references) {
    const own = new Set(captionWords(reference).filter((word) => !COMMON.has(word) && word.length > 2))
    for (const word of own) uses.set(word, (uses.get(word) ?? 0) + 1)
  }
  const common = [...uses].sort((a, b) => b[1] - a[1]).slice(0, MOST)
  return rubricOf(name, [
    { id: 'same-sound', criterion: `Describes the same sounds as "${references[0]}".`, points: 6 },
    ...common.map(([word]) => ({
      id: `mentions-${word.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}`,
      criterion: `Mentions "${word}".`,
      points: 1,
      tags: ['group:mentions'],
      verify: { kind: 'contains' as const, any_of: [word], plural: true },
    })),
    {
      id: 'brief',
      criterion: 'Is at most 30 words long.',
      points: 1,
      verify: { kind: 'word-count', min: 1, max: 30 },
    },
  ])
}
