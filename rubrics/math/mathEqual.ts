import { evaluate, unknownsOf } from './evaluate.ts'
import { normaliseAnswer, plainNumber, splitOutside } from './normalise.ts'
import { type MathJson, parseLatex } from './parseLatex.ts'

export interface MathEqualOptions {
  /**
   * When an answer 100 times too large or too small is right: `marked`, when one of both carries a per cent sign; `always`,
   * as Qwen2.5-Math's evaluation, where 5 and 500 are the same; `never` (marked).
   */
  readonly percent?: 'marked' | 'always' | 'never'
  /** Largest difference of numbers that are not both whole, relative to the right one (1e-4, as Qwen2.5-Math). */
  readonly tolerance?: number
}

/** Characters of an answer beyond which it is prose. */
const LONGEST = 2000

/** How two answers were found equal, or that they were not. */
export type MathMatch = 'string' | 'choice' | 'number' | 'parts' | 'equation' | 'expression' | null

/**
 * Whether two answers say the same, by the chain of Qwen2.5-Math's evaluation (arXiv 2409.12122): the same string; the
 * same choice, where the right answer is a letter from A to E; the same number; the same parts of a list, set or matrix;
 * the same equation, up to sides and sign; the same expression, at eight points that its letters are set to.
 *
 * Other than there: whole numbers are equal or not, whatever the tolerance; brackets of intervals count; sets and bare lists
 * have no order; and a per cent is only read where one is written, unless asked.
 */
export function mathMatch(given: string, right: string, options: MathEqualOptions = {}): MathMatch {
  if (given.trim().toLowerCase() === right.trim().toLowerCase()) return 'string'
  if (given.length > LONGEST) return null
  const [a, b] = [normaliseAnswer(given), normaliseAnswer(right)]
  if (a === '' || b === '') return null
  if (/^[A-E]$/.test(b)) return choiceOf(given) === b ? 'choice' : null
  return match(a, b, options, 0)
}

export const mathEqual = (given: string, right: string, options: MathEqualOptions = {}): boolean =>
  mathMatch(given, right, options) !== null

/** The last letter from A to E that stands alone. */
const choiceOf = (text: string): string | undefined => [...text.toUpperCase().matchAll(/\b[A-E]\b/g)].at(-1)?.[0]

function match(a: string, b: string, options: MathEqualOptions, depth: number): MathMatch {
  const bare = (text: string) => text.replaceAll(/[\s{}]/g, '').toLowerCase()
  if (bare(a) === bare(b)) return 'string'
  const [x, y] = [plainNumber(a), plainNumber(b)]
  if (x && y) return sameNumber(x, y, options) ? 'number' : null
  if (depth > 3) return null
  const parts = sameParts(a, b, options, depth)
  if (parts !== null) return parts ? 'parts' : null
  const [left, rightSide] = [splitOutside(a, '='), splitOutside(b, '=')]
  if (left.length === 2 && rightSide.length === 2) {
    const sides = [...left, ...rightSide].map(parseLatex) as [MathJson, MathJson, MathJson, MathJson]
    if (sides.includes(null as never)) return null
    const first: MathJson = ['Subtract', sides[0], sides[1]]
    const second: MathJson = ['Subtract', sides[2], sides[3]]
    return sameExpression(first, second, options) || sameExpression(['Negate', first], second, options)
      ? 'equation'
      : null
  }
  // "x = 3" for "3": a short name on the left.
  if (left.length === 2 && rightSide.length === 1 && left[0]!.length <= 2) return match(left[1]!, b, options, depth + 1)
  if (rightSide.length === 2 && left.length === 1 && rightSide[0]!.length <= 2) {
    return match(a, rightSide[1]!, options, depth + 1)
  }
  const percents = (text: string) => text.replace(/%$/, '/100')
  const [first, second] = [parseLatex(percents(a)), parseLatex(percents(b))]
  return first !== null && second !== null && sameExpression(first, second, options) ? 'expression' : null
}

type Plain = NonNullable<ReturnType<typeof plainNumber>>

function sameNumber(x: Plain, y: Plain, { percent = 'marked', tolerance = 1e-4 }: MathEqualOptions): boolean {
  const near = (value: number) =>
    x.whole && Number.isInteger(value) ? x.value === value : Math.abs(x.value - value) <= tolerance * Math.abs(value)
  if (percent === 'always') return [y.value / 100, y.value, 100 * y.value].some(near)
  if (x.percent === y.percent) return near(y.value)
  if (percent === 'never') return false
  // "12 %" for 0.12 as for 12, and the other way round: what is meant cannot be told from a sign alone.
  return x.percent ? near(y.value) || near(100 * y.value) : near(y.value) || near(y.value / 100)
}

const BRACKETS = { '(': ')', '[': ']', '⟨': '⟩' } as const

/** Whether lists, sets or matrices have the same parts; null where neither is any of them. */
function sameParts(a: string, b: string, options: MathEqualOptions, depth: number): boolean | null {
  const [x, y] = [matrixOf(a), matrixOf(b)]
  const same = (p: string, q: string) => match(p, q, options, depth + 1) !== null
  if (x || y) {
    return (
      x?.length === y?.length &&
      !!x?.every((row, i) => row.length === y![i]!.length && row.every((cell, k) => same(cell, y![i]![k]!)))
    )
  }
  const [one, other] = [listOf(a), listOf(b)]
  if (one.parts.length < 2 && other.parts.length < 2) {
    // (x) is x.
    return one.brackets === '()' || other.brackets === '()' ? inner(one, a, other, b, same) : null
  }
  if (one.parts.length !== other.parts.length) return false
  const kinds = [one.brackets, other.brackets]
  if (kinds.every((kind) => kind === '' || kind === '⟨⟩')) return sameUnordered(one.parts, other.parts, same)
  return kinds[0] === kinds[1] && one.parts.every((part, i) => same(part, other.parts[i]!))
}

interface List {
  readonly brackets: string
  readonly parts: readonly string[]
}

function inner(one: List, a: string, other: List, b: string, same: (p: string, q: string) => boolean): boolean | null {
  const [p, q] = [one.brackets === '()' ? one.parts[0]! : a, other.brackets === '()' ? other.parts[0]! : b]
  return p === a && q === b ? null : same(p, q)
}

/** What stands in a pair of brackets that encloses the whole text, or between its commas. */
function listOf(text: string): List {
  const close = BRACKETS[text[0] as keyof typeof BRACKETS]
  if (close !== undefined && enclosed(text)) {
    return { brackets: text[0]! + text.at(-1)!, parts: splitOutside(text.slice(1, -1)) }
  }
  return { brackets: '', parts: splitOutside(text) }
}

/** Whether the first bracket is closed by the last letter; half-open intervals close with the other kind. */
function enclosed(text: string): boolean {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    if ('([⟨'.includes(text[i]!)) depth++
    else if (')]⟩'.includes(text[i]!) && --depth === 0) return i === text.length - 1
  }
  return false
}

function sameUnordered(a: readonly string[], b: readonly string[], same: (p: string, q: string) => boolean): boolean {
  const left = [...b]
  return a.every((part) => {
    const at = left.findIndex((other) => same(part, other))
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  })
}

function matrixOf(text: string): string[][] | null {
  const [, body] = /^\(?\s*\\begin\{[pbvB]?matrix\}(.*)\\end\{[pbvB]?matrix\}\s*\)?$/s.exec(text) ?? []
  if (body === undefined) return null
  const rows = body.split('\\\\').map((row) => row.trim())
  return rows.filter((row) => row !== '').map((row) => row.split('&').map((cell) => cell.trim()))
}

/** Values of letters: eight draws that are the same every time, of both signs, no small whole numbers among them. */
const POINTS = [0.7390851, -1.3247179, 2.2360679, -0.5671432, 1.7692923, 3.3598856, -2.685452, 0.2614972]

function sameExpression(a: MathJson, b: MathJson, { tolerance = 1e-4 }: MathEqualOptions): boolean {
  const names = [...unknownsOf(b, unknownsOf(a))].sort()
  if (names.length === 0) {
    const [[x, u], [y, v]] = [evaluate(a, new Map()), evaluate(b, new Map())]
    if (x === y && u === v) return true
    return Math.hypot(x - y, u - v) <= tolerance * Math.hypot(y, v)
  }
  let nCompared = 0
  for (const [i] of POINTS.entries()) {
    const letters = new Map(names.map((name, k) => [name, POINTS[(i + 3 * k) % POINTS.length]! + 0.137 * k]))
    const [[x, u], [y, v]] = [evaluate(a, letters), evaluate(b, letters)]
    const defined = [x, u, y, v].every(Number.isFinite)
    if (!defined) continue
    nCompared++
    if (Math.hypot(x - y, u - v) > 1e-8 * Math.max(1, Math.hypot(x, u), Math.hypot(y, v))) return false
  }
  return nCompared >= 3
}
