import { z } from 'zod'
import { extractAnswer } from '../math/extractAnswer.ts'
import { mathMatch } from '../math/mathEqual.ts'
import { verdict, verifier } from './verifier.ts'

export const mathEqual = verifier({
  kind: 'math-equal',
  about:
    'Met when the final answer is the right one, however it is written: the same string, choice, number, list, set, matrix, equation or expression. ' +
    'The final answer is what the last \\boxed{} holds, else what follows "answer is" or "####", else the last number.',
  options: {
    answer: z.string().min(1).describe('the right answer, in LaTeX or plain'),
    percent: z
      .enum(['marked', 'always', 'never'])
      .default('marked')
      .describe('when 12 and 0.12 are the same: where one has a per cent sign, always (as Qwen2.5-Math), or never'),
    tolerance: z
      .number()
      .nonnegative()
      .default(1e-4)
      .describe('largest relative difference of numbers that are not both whole'),
    boxed: z.boolean().default(false).describe('only an answer in \\boxed{} counts'),
  },
  example: {
    options: { answer: '\\frac{1}{2}' },
    met: { text: 'Half of it is left, so the answer is \\boxed{0.5}.' },
    unmet: { text: 'A third is left, so the answer is \\boxed{1/3}.' },
  },
  check: ({ text }, { answer, boxed, ...options }) => {
    if (boxed && !text.includes('\\boxed')) return verdict(false, 'has no \\boxed{}')
    const found = extractAnswer(text)
    if (found === null) return verdict(false, 'has no final answer')
    const shown = found.length > 80 ? `${found.slice(0, 79)}…` : found
    const how = mathMatch(found, answer, options)
    return verdict(how !== null, how === null ? `says ${shown}, expected ${answer}` : `says ${shown}, the same ${how}`)
  },
})
