import { z } from 'zod'
import { phrases } from './phrases.ts'
import { verdict, verifier } from './verifier.ts'
import { fold } from './words.ts'

export const wordErrors = verifier({
  kind: 'word-errors',
  about:
    'Met when the words of the answer that are wrong, missing or too many are at most a share of those of a reference; case, punctuation and tags such as <|0.52|> do not count. Each letter of a script without spaces is a word.',
  options: {
    any_of: phrases.describe('references; the nearest counts'),
    at_most: z.number().min(0).describe('errors over the words of the reference; 0 wants every word'),
  },
  example: {
    options: { any_of: ['The dog barks twice.'], at_most: 0.25 },
    met: { text: 'the dog barked twice' },
    unmet: { text: 'A dog barked.' },
  },
  check: ({ text }, { any_of, at_most }) => {
    const said = wordsOf(text)
    const found = any_of.map((reference) => {
      const right = wordsOf(reference)
      return { errors: distance(right, said), n: right.length }
    })
    const { errors, n } = found.reduce((best, one) => (one.errors * best.n < best.errors * one.n ? one : best))
    return verdict(errors <= at_most * n, `${errors} errors in ${n} words, allowed ${(at_most * n).toFixed(1)}`)
  },
})

/** Words of a folded text; letters where no spaces are written. */
const wordsOf = (text: string): string[] =>
  fold(text.replaceAll(/<\|[^|<>]*\|>/g, ' ')).match(
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{N}\p{M}'])+/gu,
  ) ?? []

/** Levenshtein distance between lists, by one row of the table at a time. */
function distance(a: readonly string[], b: readonly string[]): number {
  let row = [0, ...b.map((_, j) => j + 1)]
  for (const [i, word] of a.entries()) {
    const next = [i + 1]
    for (const [j, other] of b.entries()) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (word === other ? 0 : 1)))
    }
    row = next
  }
  return row.at(-1)!
}
