/** A number in a text and the words it spans, [from, to) offsets. */
export interface FoundNumber {
  readonly value: number
  readonly from: number
  readonly to: number
}

const SMALL =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
const SMALL_WORDS = new Map(SMALL.split(' ').map((word, value) => [word, value]))
const TENS = new Map(
  'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ').map((word, i) => [word, 20 + 10 * i]),
)
const SCALES = new Map([
  ['thousand', 1e3],
  ['million', 1e6],
  ['billion', 1e9],
])
/** Before "one" these make it a pronoun: "no one", "the one that barks". */
const NOT_COUNTING = new Set('no the this that which each every any another'.split(' '))

// 1,200 | 3.5 | .5 | 1e3; not the digits of mp3, nor of 4th
const DIGITS =
  /(?<![\p{L}\p{N}\p{M}_])[-−]?(?:\d{1,3}(?:,\d{3}){1,8}(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d{1,3})?(?![\d]|\.\d|,\d{3}(?!\d)|(?:st|nd|rd|th)(?!\p{L}))/gu
const WORD = /[\p{L}\p{M}]+/gu

/**
 * The numbers of a folded text in order, written in digits or in English words: "3", "1,200", "minus four",
 * "twenty-one", "three point five".
 */
export function findNumbers(folded: string): FoundNumber[] {
  const digits = [...folded.matchAll(DIGITS)].map((match) => scaled(folded, match.index, match[0]))
  const words = [...folded.matchAll(WORD)].map(({ 0: word, index }) => ({ word, from: index, to: index + word.length }))
  const found: FoundNumber[] = []
  for (let i = 0; i < words.length; ) {
    const number = readWords(folded, words, i)
    if (number === null) i++
    else {
      found.push(number.found)
      i = number.next
    }
  }
  // "1 hundred" is found twice; the earlier one stays, of two that begin together the longer
  const all = [...digits, ...found].sort((a, b) => a.from - b.from || b.to - a.to)
  let end = 0
  return all.filter(({ from, to }) => {
    if (from < end) return false
    end = to
    return true
  })
}

/** "3 million": digits with a scale word behind. */
function scaled(folded: string, from: number, digits: string): FoundNumber {
  const value = Number(digits.replaceAll(',', '').replace('−', '-'))
  const to = from + digits.length
  const [all, scale] = /^\s+(thousand|million|billion)(?!\p{L})/u.exec(folded.slice(to, to + 40)) ?? []
  return all === undefined ? { value, from, to } : { value: value * SCALES.get(scale!)!, from, to: to + all.length }
}

interface Word {
  readonly word: string
  readonly from: number
  readonly to: number
}

/** Reads a number in words that begins at word `start`; `next` is the first word after it. */
function readWords(text: string, words: readonly Word[], start: number): { found: FoundNumber; next: number } | null {
  const joined = (i: number) => i === start || /^(?:\s+|-)$/u.test(text.slice(words[i - 1]!.to, words[i]!.from))
  let total = 0
  let current = 0
  let last: 'start' | 'small' | 'tens' | 'hundred' | 'scale' = 'start'
  let next = start
  for (let i = start; i < words.length && joined(i); i++) {
    const { word } = words[i]!
    const small = SMALL_WORDS.get(word)
    const tens = TENS.get(word)
    const scale = SCALES.get(word)
    const opens = last === 'start' || last === 'hundred' || last === 'scale'
    if (word === 'and' && (last === 'hundred' || last === 'scale')) {
      const after = words[i + 1]?.word ?? ''
      if (!SMALL_WORDS.has(after) && !TENS.has(after)) break
      continue
    }
    if (small !== undefined && (opens || (last === 'tens' && small > 0 && small < 10))) {
      current += small
      last = 'small'
    } else if (tens !== undefined && opens) {
      current += tens
      last = 'tens'
    } else if (word === 'hundred' && (last === 'start' || last === 'small' || last === 'tens') && current < 100) {
      current = 100 * (last === 'start' ? 1 : current)
      last = 'hundred'
    } else if (scale !== undefined && last !== 'scale') {
      total += scale * (last === 'start' ? 1 : current)
      current = 0
      last = 'scale'
    } else break
    next = i + 1
  }
  if (next === start) return null
  const before = words[start - 1]
  if (next === start + 1 && words[start]!.word === 'one' && before && NOT_COUNTING.has(before.word)) return null
  let value = total + current
  if (words[next]?.word === 'point' && joined(next)) {
    let decimals = ''
    let i = next + 1
    for (; i < words.length && joined(i) && (SMALL_WORDS.get(words[i]!.word) ?? 10) < 10; i++) {
      decimals += SMALL_WORDS.get(words[i]!.word)
    }
    if (decimals !== '') {
      value = Number(`${value}.${decimals}`)
      next = i
    }
  }
  const negative = before !== undefined && /^(?:minus|negative)$/.test(before.word)
  return {
    found: {
      value: negative ? -value : value,
      from: negative ? before.from : words[start]!.from,
      to: words[next - 1]!.to,
    },
    next,
  }
}
