import { phrases, plural } from './phrases.ts'
import { verdict, verifier } from './verifier.ts'
import { fold, mentioned, quoted } from './words.ts'

export const contains = verifier({
  kind: 'contains',
  about:
    'Met when the answer mentions at least one phrase of any_of and every phrase of all_of, as whole words, in any case.',
  options: {
    any_of: phrases.optional().describe('one of these must occur'),
    all_of: phrases.optional().describe('all of these must occur'),
    plural,
  },
  example: {
    options: { any_of: ['dog', 'puppy'], plural: true },
    met: { text: 'Two Puppies whine.' },
    unmet: { text: 'A dogged reporter speaks.' },
  },
  sane: ({ any_of, all_of }) =>
    any_of || all_of ? null : { key: 'any_of', message: 'missing. Write any_of, all_of or both.' },
  check: ({ text }, { any_of, all_of = [], plural }) => {
    const folded = fold(text)
    const ofAny = mentioned(folded, any_of ?? [], { plural })
    const ofAll = mentioned(folded, all_of, { plural })
    const found = [...new Set([...ofAny, ...ofAll])]
    const missing = all_of.filter((phrase) => !ofAll.includes(phrase))
    const met = missing.length === 0 && (any_of === undefined || ofAny.length > 0)
    const lacks = any_of !== undefined && ofAny.length === 0 ? `none of ${quoted(any_of)}` : ''
    const parts = [
      found.length > 0 ? `mentions ${quoted(found)}` : '',
      lacks,
      missing.length > 0 ? `lacks ${quoted(missing)}` : '',
    ]
    return verdict(met, parts.filter(Boolean).join('; '))
  },
})
