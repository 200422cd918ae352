import type { TimedWord } from './stream.ts'

export interface Tier {
  readonly name: string
  readonly intervals: readonly TimedWord[]
}

/**
 * Interval tiers of a Praat TextGrid, in the long or the short text format (UTF-8). Points are passed over. npm has no
 * library for these files; what they hold is their numbers and quoted strings in order, whatever the words between.
 *
 * @returns null when the text is no TextGrid
 */
export function readTextGrid(text: string): Tier[] | null {
  if (!/^\uFEFF?\s*File type\s*=\s*"ooTextFile"/.test(text) || !text.includes('"TextGrid"')) return null
  const body = text.slice(text.indexOf('"TextGrid"') + '"TextGrid"'.length)
  // Numbers in brackets belong to the names of fields ("intervals [3]:"); what else is no word is a value.
  const values = body
    .match(/"(?:[^"]|"")*"|<exists>|\[\d*\]|(?<![\w.])-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?!\w)/g)
    ?.filter((value) => !value.startsWith('['))
  if (!values) return null
  let at = 2 // start and end of the file
  const next = () => values[at++]
  if (next() !== '<exists>') return []
  const tiers: Tier[] = []
  for (let left = Number(next()); left > 0; left--) {
    const [kind, name] = [unquoted(next()), unquoted(next())]
    at += 2 // start and end of the tier
    const n = Number(next())
    if (!Number.isInteger(n)) return null
    if (kind !== 'IntervalTier') {
      at += 2 * n // a time and a mark each
      continue
    }
    const intervals: TimedWord[] = []
    for (let i = 0; i < n; i++) {
      const [start, end, word] = [Number(next()), Number(next()), next()]
      if (word === undefined || !Number.isFinite(end)) return null
      intervals.push({ start, end, word: unquoted(word) })
    }
    tiers.push({ name, intervals })
  }
  return tiers
}

const unquoted = (value = ''): string => value.replace(/^"|"$/g, '').replaceAll('""', '"')
