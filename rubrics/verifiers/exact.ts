import { z } from 'zod'
import { phrases } from './phrases.ts'
import { verdict, verifier } from './verifier.ts'
import { fold, quoted } from './words.ts'

export const exact = verifier({
  kind: 'exact',
  about:
    'Met when the whole answer is one of any_of; case, spacing and punctuation around words do not count unless strict.',
  options: {
    any_of: phrases.describe('the answers allowed'),
    strict: z.boolean().default(false).describe('compare to the letter'),
  },
  example: { options: { any_of: ['yes', 'yes it is'] }, met: { text: 'Yes, it is.' }, unmet: { text: 'Yes, a dog.' } },
  check: ({ text }, { any_of, strict }) => {
    const form = strict ? (answer: string) => answer : bare
    const met = any_of.some((allowed) => form(allowed) === form(text))
    const shown = text.length > 80 ? `${text.slice(0, 79)}…` : text
    return verdict(met, `${JSON.stringify(shown)} is ${met ? 'one' : 'none'} of ${quoted(any_of)}`)
  },
})

const CORE = /[^\p{P}\p{Z}\p{C}](?:.*[^\p{P}\p{Z}\p{C}])?/su

/** Words alone: no case, no punctuation around them, single spaces. */
const bare = (text: string): string =>
  fold(text)
    .split(/\s+/u)
    .flatMap((word) => CORE.exec(word) ?? [])
    .join(' ')
