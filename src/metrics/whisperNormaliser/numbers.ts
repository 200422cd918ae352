/**
 * Numbers in words become digits, as `EnglishNumberNormalizer` of `whisper/normalizers/english.py` makes them: "one oh one"
 * is 101, "twenty million dollars" $20000000, "sixties" 60s, and 1 alone stays "one".
 */
export function normaliseNumbers(text: string): string {
  return afterwards([...digits(splitWords(beforehand(text)))].join(' '))
}

const splitWords = (text: string): string[] => text.split(/\s+/).filter(Boolean)

const ZEROS = new Set(['o', 'oh', 'zero'])
const ONES = numbered(
  [
    'one',
    'two',
    'three',
    'four',
    'five',
    'six',
    'seven',
    'eight',
    'nine',
    'ten',
    'eleven',
    'twelve',
    'thirteen',
  ].concat(['fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen']),
  (i) => BigInt(i + 1),
)
const TENS = numbered(['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'], (i) =>
  BigInt(20 + 10 * i),
)
const MULTIPLIERS: ReadonlyMap<string, bigint> = new Map<string, bigint>([
  ['hundred', 100n],
  ...['thousand', 'million', 'billion', 'trillion', 'quadrillion', 'quintillion', 'sextillion', 'septillion']
    .concat(['octillion', 'nonillion', 'decillion'])
    .map((name, i) => [name, 1000n ** BigInt(i + 1)] as const),
])
/** Numbers that end as no number does: "sixes", "third". */
type Suffixed = ReadonlyMap<string, readonly [bigint, string]>
const ONES_SUFFIXED: Suffixed = new Map<string, readonly [bigint, string]>([
  ...[...ONES].map(([name, n]) => [name === 'six' ? 'sixes' : `${name}s`, [n, 's']] as const),
  ['zeroth', [0n, 'th']],
  ['first', [1n, 'st']],
  ['second', [2n, 'nd']],
  ['third', [3n, 'rd']],
  ['fifth', [5n, 'th']],
  ['twelfth', [12n, 'th']],
  ...[...ONES]
    .filter(([, n]) => n > 3n && n !== 5n && n !== 12n)
    .map(([name, n]) => [name + (name.endsWith('t') ? 'h' : 'th'), [n, 'th']] as const),
])
const TENS_SUFFIXED: Suffixed = new Map<string, readonly [bigint, string]>(
  [...TENS].flatMap(([name, n]) => [
    [name.replace('y', 'ies'), [n, 's']] as const,
    [name.replace('y', 'ieth'), [n, 'th']] as const,
  ]),
)
const MULTIPLIERS_SUFFIXED: Suffixed = new Map<string, readonly [bigint, string]>(
  [...MULTIPLIERS].flatMap(([name, n]) => [[`${name}s`, [n, 's']] as const, [`${name}th`, [n, 'th']] as const]),
)
const SIGNS = new Map([
  ['minus', '-'],
  ['negative', '-'],
  ['plus', '+'],
  ['positive', '+'],
])
const CURRENCIES = new Map([
  ...['pound', 'pounds'].map((name) => [name, '£'] as const),
  ...['euro', 'euros'].map((name) => [name, '€'] as const),
  ...['dollar', 'dollars'].map((name) => [name, '$'] as const),
  ...['cent', 'cents'].map((name) => [name, '¢'] as const),
])
const PREFIXES = new Set([...SIGNS.values(), ...CURRENCIES.values()])
const SPECIALS = new Set(['and', 'double', 'triple', 'point'])
const isDecimal = (word: string | undefined) =>
  word !== undefined && (ONES.has(word) || TENS.has(word) || ZEROS.has(word))
const KNOWN = [ZEROS, ONES, ONES_SUFFIXED, TENS, TENS_SUFFIXED, MULTIPLIERS, MULTIPLIERS_SUFFIXED, SIGNS, CURRENCIES]
const isKnown = (word: string | undefined) =>
  word !== undefined &&
  (KNOWN.some((words) => words.has(word)) || word === 'per' || word === 'percent' || SPECIALS.has(word))
const isDigits = (word: string | undefined) => word !== undefined && /^\d+(?:\.\d+)?$/.test(word)

function numbered(names: readonly string[], value: (i: number) => bigint): ReadonlyMap<string, bigint> {
  return new Map(names.map((name, i) => [name, value(i)]))
}

/** Text where "and a half" is "point five" after a number, and numbers stand apart from letters. */
function beforehand(text: string): string {
  const segments = text.split(/(?<![\p{L}\p{N}_])and\s+a\s+half(?![\p{L}\p{N}_])/u)
  const parts = segments.flatMap((segment, i) => {
    if (segment.trim() === '') return []
    if (i === segments.length - 1) return [segment]
    const last = splitWords(segment).at(-1)!
    return [segment, isDecimal(last) || MULTIPLIERS.has(last) ? 'point five' : 'and a half']
  })
  return parts
    .join(' ')
    .replaceAll(/([a-z])([0-9])/g, '$1 $2')
    .replaceAll(/([0-9])([a-z])/g, '$1 $2')
    .replaceAll(/([0-9])\s+(st|nd|rd|th|s)(?![\p{L}\p{N}_])/gu, '$1$2')
}

/** "$2 and ¢7" is "$2.07"; a 1 alone is a word. */
function afterwards(text: string): string {
  return text
    .replaceAll(
      /([€£$])([0-9]+) (?:and )?¢([0-9]{1,2})(?![\p{L}\p{N}_])/gu,
      (_, sign: string, whole: string, cents: string) => `${sign}${whole}.${cents.padStart(2, '0')}`,
    )
    .replaceAll(/[€£$]0.([0-9]{1,2})(?![\p{L}\p{N}_])/gu, (_, cents: string) => `¢${Number(cents)}`)
    .replaceAll(/(?<![\p{L}\p{N}_])1(s?)(?![\p{L}\p{N}_])/gu, 'one$1')
}

/** Words, those of a number made one. A value is whole (bigint) or written so far ("1.", "007"). */
function* digits(words: readonly string[]): Generator<string> {
  let prefix = ''
  let value: bigint | string | undefined
  let skip = false
  const put = (result: bigint | string): string => {
    const text = `${prefix}${result}`
    prefix = ''
    value = undefined
    return text
  }
  /** What Python's `str(value or "")` gives. */
  const soFar = () => (value === undefined || value === 0n ? '' : String(value))

  for (const [i, current] of words.entries()) {
    if (skip) {
      skip = false
      continue
    }
    const [previous, next] = [words[i - 1], words[i + 1]]
    const isAfterOne = previous !== undefined && ONES.has(previous)
    const isAfterTen = previous !== undefined && TENS.has(previous)
    /** The value with a number below 20 behind it. */
    const joined = (n: bigint): bigint | string => {
      if (value === undefined) return n
      if (typeof value === 'string' || isAfterOne) {
        const written = String(value)
        return isAfterTen && n < 10n ? written.slice(0, -1) + n : written + n
      }
      return value % (n < 10n ? 10n : 100n) === 0n ? value + n : `${value}${n}`
    }
    const hasPrefix = PREFIXES.has(current[0]!)
    const bare = hasPrefix ? current.slice(1) : current
    if (isDigits(bare)) {
      if (typeof value === 'string' && value.endsWith('.')) {
        value += current
        continue
      }
      if (value !== undefined) yield put(value)
      if (hasPrefix) prefix = current[0]!
      value = wholeOf(bare) ?? bare
    } else if (!isKnown(current)) {
      if (value !== undefined) yield put(value)
      yield put(current)
    } else if (ZEROS.has(current)) {
      value = `${soFar()}0`
    } else if (ONES.has(current)) {
      value = joined(ONES.get(current)!)
    } else if (ONES_SUFFIXED.has(current)) {
      const [n, suffix] = ONES_SUFFIXED.get(current)!
      yield put(`${joined(n)}${suffix}`)
    } else if (TENS.has(current) || TENS_SUFFIXED.has(current)) {
      const [n, suffix] = TENS_SUFFIXED.get(current) ?? [TENS.get(current)!, null]
      const all: bigint | string =
        value === undefined ? n : typeof value !== 'string' && value % 100n === 0n ? value + n : `${value}${n}`
      if (suffix === null) value = all
      else yield put(`${all}${suffix}`)
    } else if (MULTIPLIERS.has(current) || MULTIPLIERS_SUFFIXED.has(current)) {
      const [n, suffix] = MULTIPLIERS_SUFFIXED.get(current) ?? [MULTIPLIERS.get(current)!, null]
      let all: bigint
      if (value === undefined) all = n
      else if (typeof value === 'string' || (value === 0n && suffix === null)) {
        const product = timesWhole(String(value), n)
        if (product === undefined) yield put(value)
        all = product ?? n
      } else all = (value / 1000n) * 1000n + (value % 1000n) * n
      if (suffix === null) value = all
      else yield put(`${all}${suffix}`)
    } else if (SIGNS.has(current)) {
      if (value !== undefined) yield put(value)
      if (isKnown(next) || isDigits(next)) prefix = SIGNS.get(current)!
      else yield put(current)
    } else if (CURRENCIES.has(current)) {
      if (value === undefined) yield put(current)
      else {
        prefix = CURRENCIES.get(current)!
        yield put(value)
      }
    } else if (current === 'per' || current === 'percent') {
      if (value === undefined) yield put(current)
      else if (current === 'percent') yield put(`${value}%`)
      else if (next === 'cent') {
        yield put(`${value}%`)
        skip = true
      } else {
        yield put(value)
        yield put(current)
      }
    } else if (!isKnown(next) && !isDigits(next)) {
      if (value !== undefined) yield put(value)
      yield put(current)
    } else if (current === 'and') {
      if (previous !== undefined && MULTIPLIERS.has(previous)) continue // "two hundred and six"
      if (value !== undefined) yield put(value)
      yield put(current)
    } else if (current === 'point') {
      if (isDecimal(next) || isDigits(next)) value = `${soFar()}.`
    } else if (next !== undefined && (ONES.has(next) || ZEROS.has(next))) {
      value = soFar() + String(ONES.get(next) ?? 0n).repeat(current === 'double' ? 2 : 3)
      skip = true
    } else {
      if (value !== undefined) yield put(value)
      yield put(current)
    }
  }
  if (value !== undefined) yield put(value)
}

/** A decimal as a whole number, or undefined when it is none: "3.0" is 3. */
function wholeOf(decimal: string): bigint | undefined {
  const [whole, fraction = ''] = decimal.split('.')
  return /^0*$/.test(fraction) ? BigInt(whole!) : undefined
}

/** A written value times n where that is whole; undefined where it is not, or the value is no number ("1.2.3"). */
function timesWhole(written: string, n: bigint): bigint | undefined {
  const match = /^(\d*)(?:\.(\d*))?$/.exec(written)
  if (!match || written === '' || written === '.') return undefined
  const [whole = '', fraction = ''] = match.slice(1)
  const product = BigInt(whole + fraction || '0') * n
  const scale = 10n ** BigInt(fraction.length)
  return product % scale === 0n ? product / scale : undefined
}
