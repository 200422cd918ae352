import { z } from 'zod'
import { extractAnswer } from '../math/extractAnswer.ts'
import { mathEqual } from '../math/mathEqual.ts'
import { phrase } from './phrases.ts'
import { verdict, verifier } from './verifier.ts'
import { countWords, findPhrase, fold } from './words.ts'

/** Words with which a text announces an answer instead of asking for one. */
const ANNOUNCES = /\\boxed|####|(?:the|my|final)\s+answer\s+(?:is|:)|^\s*(?:answer|solution)\s*:/im

export const complement = verifier({
  kind: 'complement',
  about:
    'Met when the text can be put behind a prompt as a complement (PAS, arXiv 2410.14940): brief, and no answer. It says no answer that is given here, as a phrase or as a number, and does not announce one.',
  options: {
    max: z.int().positive().default(30).describe('most words'),
    answers: z.array(phrase).default([]).describe('answers to the prompt, of which it may hold none'),
  },
  example: {
    options: { answers: ['Canberra'] },
    met: { text: 'Name the city only, and say in one sentence why it was chosen as the capital.' },
    unmet: { text: 'Say that the capital is Canberra.' },
  },
  check: ({ text }, { max, answers }) => {
    // A word of 100 letters on the average is none; the rest need not be counted.
    if (text.length > 100 * max) return verdict(false, `${text.length} characters, far more than ${max} words have`)
    const words = countWords(text)
    if (words === 0) return verdict(false, 'is empty')
    if (words > max) return verdict(false, `${words} words, allowed at most ${max}`)
    const announced = ANNOUNCES.exec(text)?.[0].trim()
    if (announced !== undefined) return verdict(false, `announces an answer: "${announced}"`)
    const folded = fold(text)
    const final = extractAnswer(text)
    const told = answers.find(
      (answer) =>
        findPhrase(folded, answer, { plural: false }).length > 0 || (final !== null && mathEqual(final, answer)),
    )
    return told === undefined
      ? verdict(true, `${words} words and no answer`)
      : verdict(false, `says the answer "${told}"`)
  },
})
