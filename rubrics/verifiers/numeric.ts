import { z } from 'zod'
import { type FoundNumber, findNumbers } from './numbers.ts'
import { phrase } from './phrases.ts'
import { verdict, verifier } from './verifier.ts'
import { findPhrase, fold } from './words.ts'

const WITHIN = 3 // words; "three short loud beeps"

export const numeric = verifier({
  kind: 'numeric',
  about:
    'Met when the number in the answer is value ± tolerance; digits and English words count. With near, the number nearest to that phrase decides; ' +
    'else every number must fit, so that listing many earns nothing, or the one that pick names.',
  options: {
    value: z.number().describe('the number that is right'),
    tolerance: z.number().nonnegative().default(0).describe('largest difference allowed'),
    near: phrase.optional().describe('what the number counts or measures, such as beeps'),
    within: z.int().positive().optional().describe(`near: most words from the phrase to its number (${WITHIN})`),
    pick: z
      .enum(['every', 'any', 'first', 'last'])
      .optional()
      .describe('without near: which numbers must fit when there are several (every)'),
  },
  example: {
    options: { value: 3, near: 'beeps' },
    met: { text: 'After 10 seconds there are three short beeps.' },
    unmet: { text: 'After 3 seconds there are two beeps.' },
  },
  sane: ({ near, within, pick }) => {
    if (near === undefined && within !== undefined)
      return { key: 'within', message: 'read only with near. Add near, or remove it.' }
    if (near !== undefined && pick !== undefined)
      return { key: 'pick', message: 'read only without near. Remove one of them.' }
    return null
  },
  check: ({ text }, { value, tolerance, near, within = WITHIN, pick = 'every' }) => {
    const folded = fold(text)
    const numbers = findNumbers(folded)
    if (numbers.length === 0) return verdict(false, 'has no number')
    const wanted = tolerance === 0 ? `${value}` : `${value} ± ${tolerance}`
    const fits = (number: FoundNumber) => Math.abs(number.value - value) <= tolerance + rounding(value, tolerance)
    if (near !== undefined) {
      const nearest = nearestNumber(folded, numbers, near, within)
      if (nearest === null) return verdict(false, `has no number within ${within} words of "${near}"`)
      return verdict(fits(nearest), `says ${nearest.value} near "${near}", expected ${wanted}`)
    }
    const decisive = pick === 'first' ? numbers.slice(0, 1) : pick === 'last' ? numbers.slice(-1) : numbers
    const met = pick === 'any' ? decisive.some(fits) : decisive.every(fits)
    return verdict(met, `says ${numbers.map((number) => number.value).join(', ')}; ${pick} must be ${wanted}`)
  },
})

/** Decimal fractions differ in their last bits: 0.3 is within 0.1 of 0.2. */
const rounding = (value: number, tolerance: number): number => 4 * Number.EPSILON * (Math.abs(value) + tolerance)

/** The number with the fewest words between it and a mention of the phrase; the earlier one of two. */
function nearestNumber(
  folded: string,
  numbers: readonly FoundNumber[],
  near: string,
  within: number,
): FoundNumber | null {
  const ends = [...folded.matchAll(/[\p{L}\p{N}\p{M}']+/gu)].map((word) => word.index + word[0].length)
  const wordsBefore = (offset: number) => firstAtLeast(ends, offset + 1)
  const mentions = findPhrase(folded, near, { plural: true })
  const starts = mentions.map(([from]) => from)
  let best: FoundNumber | null = null
  let fewest = within // the phrase's next word is one word away, with none between
  for (const number of numbers) {
    const next = firstAtLeast(starts, number.from)
    for (const [from, to] of mentions.slice(Math.max(0, next - 1), next + 1)) {
      const between =
        number.from < from ? wordsBefore(from) - wordsBefore(number.to) : wordsBefore(number.from) - wordsBefore(to)
      if (between >= fewest) continue
      best = number
      fewest = between
    }
  }
  return best
}

/** Index of the first of ascending values that is at least `limit`. */
function firstAtLeast(values: readonly number[], limit: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle]! < limit) low = middle + 1
    else high = middle
  }
  return low
}
