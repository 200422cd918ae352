import { z } from 'zod'
import { verdict, verifier } from './verifier.ts'
import { countWords } from './words.ts'

export const wordCount = verifier({
  kind: 'word-count',
  about: 'Met when the answer has between min and max words.',
  options: {
    min: z.int().nonnegative().default(0).describe('fewest words allowed'),
    max: z.int().nonnegative().optional().describe('most words allowed; no limit when left out'),
  },
  example: {
    options: { max: 5 },
    met: { text: 'Two dogs are barking.' },
    unmet: { text: 'I can hear two dogs barking loudly.' },
  },
  sane: ({ min, max }) => {
    if (max === undefined)
      return min > 0
        ? null
        : { key: 'max', message: 'missing, and min is 0: every answer would pass. Write max, min or both.' }
    return min <= max ? null : { key: 'min', message: `min ${min} is more than max ${max}. Write min: ${max} or less.` }
  },
  check: ({ text }, { min, max }) => {
    const words = countWords(text)
    const allowed = max === undefined ? `at least ${min}` : min === 0 ? `at most ${max}` : `${min} to ${max}`
    return verdict(words >= min && words <= (max ?? Number.POSITIVE_INFINITY), `${words} words, allowed ${allowed}`)
  },
})
