import { z } from 'zod'
import { verdict, verifier } from './verifier.ts'
import { countWords } from './words.ts'

export const speakingRate = verifier({
  kind: 'speaking-rate',
  about: 'Met when a spoken answer has between min and max words a minute, pauses included; unknown for a written one.',
  options: {
    min: z.number().nonnegative().default(0).describe('slowest rate allowed, words a minute'),
    max: z.number().positive().describe('fastest rate allowed, words a minute'),
  },
  needs: ['durationSeconds'],
  example: {
    options: { min: 120, max: 180 },
    met: { text: 'It is half past nine.', durationSeconds: 2 },
    unmet: { text: 'It is half past nine.', durationSeconds: 1 },
  },
  sane: ({ min, max }) =>
    min <= max ? null : { key: 'min', message: `min ${min} is more than max ${max}. Write min: ${max} or less.` },
  check: ({ text, durationSeconds = 0 }, { min, max }) => {
    if (!(durationSeconds > 0)) return verdict(null, `the answer lasts ${durationSeconds} s`)
    const rate = (60 * countWords(text)) / durationSeconds
    return verdict(rate >= min && rate <= max, `${rate.toFixed(0)} words a minute, allowed ${min} to ${max}`)
  },
})
