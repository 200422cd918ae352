import { wordsOf } from './analysis/words.ts'
import { measure, unknown } from './measure.ts'

export const wordErrorRate = measure({
  name: 'word-error-rate',
  unit: '',
  about:
    'Words of the transcript that are wrong, missing or too many, over the words of the reference; above 1 when most are too many.',
  method:
    'Least number of substituted, deleted and inserted words that turn reference into transcript (Levenshtein), over the reference’s. ' +
    'Case, punctuation and what stands in brackets do not count; “nine” and “9” differ. Without spaces between words, words are those of ICU’s dictionaries.',
  unknownWhen: 'the reference has no words',
  needs: ['transcript', 'reference'],
  take: ({ transcript, reference }) => {
    const right = wordsOf(reference!)
    return right.length === 0
      ? unknown('the reference has no words')
      : distance(right, wordsOf(transcript!)) / right.length
  },
})

/** Levenshtein distance between lists, by one row of the table at a time. */
function distance(a: readonly string[], b: readonly string[]): number {
  let row = b.map((_, j) => j + 1)
  for (const [i, word] of a.entries()) {
    let diagonal = i
    let left = i + 1
    row = row.map((up, j) => {
      left = Math.min(up + 1, left + 1, diagonal + (word === b[j] ? 0 : 1))
      diagonal = up
      return left
    })
  }
  return row.at(-1) ?? a.length
}
