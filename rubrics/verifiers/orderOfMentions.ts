import { z } from 'zod'
import { phrase, phrases, plural } from './phrases.ts'
import { verdict, verifier } from './verifier.ts'
import { findPhrase, fold } from './words.ts'

export const orderOfMentions = verifier({
  kind: 'order-of-mentions',
  about: 'Met when every entry of order is mentioned, and their first mentions come in that order.',
  options: {
    order: z
      .array(z.union([phrase, phrases]))
      .min(2)
      .describe('what must be mentioned, first to last; an entry may be a list of synonyms'),
    plural,
  },
  example: {
    options: { order: ['dog', ['car', 'engine'], 'siren'] },
    met: { text: 'A dog barks, an engine starts, then a siren.' },
    unmet: { text: 'A car passes, then a dog barks and a siren wails.' },
  },
  sane: ({ order }) => {
    const all = order.flatMap((entry) => [...new Set([entry].flat().map(fold))])
    const twice = all.find((phrase, i) => all.indexOf(phrase) < i)
    return twice === undefined
      ? null
      : { key: 'order', message: `"${twice}" stands in two entries, so no answer could meet it. Name it once.` }
  },
  check: ({ text }, { order, plural }) => {
    const folded = fold(text)
    const mentions = order.map((entry) => {
      const names = [entry].flat()
      const offsets = names.flatMap((name) => findPhrase(folded, name, { plural }).map(([from]) => from))
      return { name: names[0]!, at: offsets.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY) }
    })
    const missing = mentions.filter(({ at }) => at === Number.POSITIVE_INFINITY).map(({ name }) => name)
    if (missing.length > 0) return verdict(false, `never mentions ${missing.join(', ')}`)
    const met = mentions.every(({ at }, i) => i === 0 || mentions[i - 1]!.at < at)
    const found = [...mentions].sort((a, b) => a.at - b.at).map(({ name }) => name)
    return verdict(met, `mentions ${found.join(', then ')}`)
  },
})
