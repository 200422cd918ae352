import { wordsOf } from './analysis/words.ts'
import { measure, unknown } from './measure.ts'

const LONGEST = 12 // words of one repeated stretch

export const repetition = measure({
  name: 'repetition',
  unit: '',
  about:
    'Share of the words that say again at once what was just said, from 0 to 1: speech that is stuck in a loop, and “the the”.',
  method: `A stretch of 1 to ${LONGEST} words that equals the stretch before it counts as repeated; “never, never” does too.`,
  unknownWhen: 'the transcript has no words',
  needs: ['transcript'],
  take: ({ transcript }) => {
    const words = wordsOf(transcript!)
    return words.length === 0 ? unknown('the transcript has no words') : repeated(words) / words.length
  },
})

/** Number of words that belong to a repeat. A longer stretch that is open makes the shorter ones in it no second find. */
function repeated(words: readonly string[]): number {
  const again = new Array<boolean>(words.length).fill(false)
  for (let length = 1; length <= Math.min(LONGEST, words.length >> 1); length++) {
    let run = 0 // words in a row that equal those `length` earlier
    for (let i = length; i < words.length; i++) {
      run = words[i] === words[i - length] ? run + 1 : 0
      if (run === length) again.fill(true, i - length + 1, i + 1)
      else if (run > length) again[i] = true
    }
  }
  return again.filter(Boolean).length
}
