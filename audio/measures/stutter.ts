import { wordsOf } from './analysis/words.ts'
import { measure, unknown } from './measure.ts'

export const stutter = measure({
  name: 'stutter',
  unit: 'in 100 words',
  about: 'Words that are broken off and begun again (“st- stop”), or said twice in a row, in every 100 words.',
  method:
    'In the transcript: a fragment of 1 to 4 letters that ends in a hyphen or an ellipsis and begins the next word, and a word that equals the one before. ' +
    'A recogniser that writes fluent text hides them.',
  unknownWhen: 'the transcript has no words',
  needs: ['transcript'],
  take: ({ transcript }) => {
    const nWords = wordsOf(transcript!).length
    if (nWords === 0) return unknown('the transcript has no words')
    const tokens =
      transcript!
        .normalize('NFKC')
        .toLowerCase()
        .match(/[\p{L}\p{M}\p{N}']+(?:-+|…|\.{2,})?/gu) ?? []
    const broken = tokens.filter((token, i) => {
      const next = tokens[i + 1]
      if (next === undefined) return false
      const [, fragment] = /^(\p{L}{1,4})(?:-+|…|\.{2,})$/u.exec(token) ?? []
      return fragment === undefined ? bare(token) === bare(next) : next.startsWith(fragment)
    })
    return (100 * broken.length) / nWords
  },
})

const bare = (token: string): string => token.replace(/(?:-+|…|\.+)$/u, '')
