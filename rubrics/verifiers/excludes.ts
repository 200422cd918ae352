import { phrases, plural } from './phrases.ts'
import { verdict, verifier } from './verifier.ts'
import { fold, mentioned, quoted } from './words.ts'

export const excludes = verifier({
  kind: 'excludes',
  about: 'Met when the answer mentions no phrase of none_of, as whole words, in any case. An empty answer meets it.',
  options: { none_of: phrases.describe('none of these may occur'), plural },
  example: {
    options: { none_of: ['as an AI', 'sorry'] },
    met: { text: 'A train passes.' },
    unmet: { text: 'Sorry, I cannot hear it.' },
  },
  check: ({ text }, { none_of, plural }) => {
    const found = mentioned(fold(text), none_of, { plural })
    return verdict(
      found.length === 0,
      found.length === 0 ? `mentions none of ${quoted(none_of)}` : `mentions ${quoted(found)}`,
    )
  },
})
