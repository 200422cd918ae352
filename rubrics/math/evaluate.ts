import type { MathJson } from './parseLatex.ts'

/** Real and imaginary part. */
export type Complex = readonly [number, number]

const UNKNOWN: Complex = [Number.NaN, Number.NaN]
const CONSTANTS: Readonly<Record<string, Complex>> = {
  Pi: [Math.PI, 0],
  ExponentialE: [Math.E, 0],
  ImaginaryUnit: [0, 1],
  Half: [0.5, 0],
  GoldenRatio: [(1 + Math.sqrt(5)) / 2, 0],
  PositiveInfinity: [Number.POSITIVE_INFINITY, 0],
  NegativeInfinity: [Number.NEGATIVE_INFINITY, 0],
}

/** Functions of a real number. */
const REAL: Readonly<Record<string, (x: number) => number>> = {
  Sin: Math.sin,
  Cos: Math.cos,
  Tan: Math.tan,
  Sec: (x) => 1 / Math.cos(x),
  Csc: (x) => 1 / Math.sin(x),
  Cot: (x) => 1 / Math.tan(x),
  Arcsin: Math.asin,
  Arccos: Math.acos,
  Arctan: Math.atan,
  Sinh: Math.sinh,
  Cosh: Math.cosh,
  Tanh: Math.tanh,
  Abs: Math.abs,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Factorial: factorial,
}

function factorial(x: number): number {
  if (!Number.isInteger(x) || x < 0 || x > 170) return Number.NaN
  let product = 1
  for (let i = 2; i <= x; i++) product *= i
  return product
}

/** Letters of an expression that stand for numbers. */
export function unknownsOf(expression: MathJson, found = new Set<string>()): Set<string> {
  if (typeof expression === 'string' && !(expression in CONSTANTS) && !expression.startsWith("'")) found.add(expression)
  else if (Array.isArray(expression)) for (const part of expression.slice(1)) unknownsOf(part as MathJson, found)
  return found
}

/**
 * The value of an expression where its letters have values; not a number where it has none, or an operator is not known
 * here. Odd roots of negative numbers are real, as answers mean them.
 */
export function evaluate(expression: MathJson, letters: ReadonlyMap<string, number>): Complex {
  if (typeof expression === 'number') return [expression, 0]
  if (typeof expression === 'string') return CONSTANTS[expression] ?? [letters.get(expression) ?? Number.NaN, 0]
  if (!Array.isArray(expression)) return [Number((expression as { num: string }).num), 0]
  const [operator, ...parts] = expression as [string, ...MathJson[]]
  const values = parts.map((part) => evaluate(part, letters))
  const [a = UNKNOWN, b] = values
  switch (operator) {
    case 'Add':
      return values.reduce<Complex>((sum, value) => [sum[0] + value[0], sum[1] + value[1]], [0, 0])
    case 'Multiply':
    case 'InvisibleOperator':
      return values.reduce(times, [1, 0])
    case 'Subtract':
      return b ? [a[0] - b[0], a[1] - b[1]] : [-a[0], -a[1]]
    case 'Negate':
      return [-a[0], -a[1]]
    case 'Divide':
    case 'Rational':
      return b ? over(a, b) : UNKNOWN
    case 'Complex':
      return b ? [a[0], b[0]] : UNKNOWN
    case 'Power':
      return b ? power(a, b) : UNKNOWN
    case 'Square':
      return times(a, a)
    case 'Sqrt':
      return power(a, [0.5, 0])
    case 'Root':
      return b ? power(a, over([1, 0], b)) : power(a, [0.5, 0])
    case 'Exp':
      return power([Math.E, 0], a)
    case 'Ln':
      return b ? over(logarithm(a), logarithm(b)) : logarithm(a)
    case 'Log':
      return over(logarithm(a), logarithm(b ?? [10, 0]))
    case 'Delimiter':
      return values.length === 1 ? a : UNKNOWN
    default: {
      const real = REAL[operator]
      return real !== undefined && values.length === 1 && a[1] === 0 ? [real(a[0]), 0] : UNKNOWN
    }
  }
}

const times = ([a, b]: Complex, [c, d]: Complex): Complex => [a * c - b * d, a * d + b * c]

function over([a, b]: Complex, [c, d]: Complex): Complex {
  if (b === 0 && d === 0) return [a / c, 0]
  const size = c * c + d * d
  return [(a * c + b * d) / size, (b * c - a * d) / size]
}

const logarithm = ([a, b]: Complex): Complex =>
  b === 0 && a > 0 ? [Math.log(a), 0] : [Math.log(Math.hypot(a, b)), Math.atan2(b, a)]

function power(base: Complex, exponent: Complex): Complex {
  const [a, b] = base
  const [p, q] = exponent
  if (b === 0 && q === 0) {
    if (a >= 0 || Number.isInteger(p)) return [a ** p, 0]
    const odd = oddRoot(p)
    if (odd !== null) return [(odd % 2 === 0 ? 1 : -1) * (-a) ** p, 0]
  }
  if (a === 0 && b === 0) return p > 0 ? [0, 0] : UNKNOWN
  const [re, im] = times(exponent, logarithm(base))
  const size = Math.exp(re)
  return [size * Math.cos(im), size * Math.sin(im)]
}

/** m of an exponent m/n with odd n up to 9; null for others. */
function oddRoot(p: number): number | null {
  for (const n of [3, 5, 7, 9]) {
    const m = Math.round(p * n)
    if (Math.abs(p * n - m) < 1e-12 * n) return m
  }
  return null
}
