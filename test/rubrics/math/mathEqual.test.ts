import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { extractAnswer } from '../../../rubrics/math/extractAnswer.ts'
import { mathEqual, mathMatch } from '../../../rubrics/math/mathEqual.ts'
import { parseLatex } from '../../../rubrics/math/parseLatex.ts'

const golden: [string, string, boolean][] = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../goldens/data/mathEqual.json'), 'utf8'),
)

/** Where we say otherwise than math-verify 0.9, and why we mean it. */
const OTHERWISE: Readonly<Record<string, string>> = {
  '\\sqrt[3]{-8} | -2': 'the real root is meant; sympy takes the principal one',
  'x^{2/3} | \\sqrt[3]{x^2}': 'the same for real x, by real roots',
  '(1+i)^2 | 2i': 'it does not multiply out complex numbers',
}

describe('mathEqual against math-verify', () => {
  it.each(golden)('%s and %s: %s', (given, right, equal) => {
    const key = `${given} | ${right}`
    expect(mathEqual(given, right), OTHERWISE[key]).toBe(key in OTHERWISE ? !equal : equal)
  })
})

describe('mathMatch', () => {
  it.each([
    ['Paris', ' paris', 'string'],
    ['The answer is (B).', 'B', 'choice'],
    ['10%', '0.1', 'number'],
    ['0.1', '10%', 'number'],
    ['10\\%', '10', 'number'],
    ['33.333', '\\frac{100}{3}', 'number'],
    ['2, -1', '-1, 2', 'parts'],
    ['\\text{(C)}', 'C', 'choice'],
    ['2x + 4', '2(x + 2)', 'expression'],
    ['\\frac{\\sqrt{3}}{3}', '0.57735', 'expression'],
  ])('%s is %s by its %s', (given, right, how) => {
    expect(mathMatch(given, right)).toBe(how)
  })

  it.each([
    ['5', '500', 'a per cent that nobody wrote'],
    ['100001', '100000', 'whole numbers, near as they are'],
    ['[0,1)', '(0,1)', 'another kind of interval'],
    ['(1,2)', '(2,1)', 'a point with its parts exchanged'],
    ['1, 1, 2', '1, 2, 2', 'lists in which numbers come another number of times'],
    ['\\sqrt{x^2}', 'x', 'what is equal for positive numbers only'],
    ['', '1', 'nothing'],
    ['1,2', '3', 'a list for a number'],
  ])('%s is not %s: %s', (given, right) => {
    expect(mathMatch(given, right)).toBeNull()
  })

  it('reads per cents as asked', () => {
    expect(mathEqual('5', '500', { percent: 'always' })).toBe(true)
    expect(mathEqual('10%', '0.1', { percent: 'never' })).toBe(false)
    expect(mathEqual('10%', '10 %', { percent: 'never' })).toBe(true)
  })

  it('is so both ways for numbers, and never throws, whatever the texts', () => {
    const text = fc.oneof(
      fc.integer({ min: -1000, max: 1000 }).map(String),
      fc.double({ min: -10, max: 10, noNaN: true }).map((x) => x.toFixed(3)),
      fc
        .string({ unit: fc.constantFrom(...'0123456789./%(),[]{}\\=xy^+- '), maxLength: 8 })
        .map((s) => s.replaceAll('\\', '\\frac')),
    )
    fc.assert(
      fc.property(text, text, (a, b) => {
        const numbers = [a, b].every((one) => /^-?\d+$/.test(one))
        if (numbers) expect(mathEqual(a, b)).toBe(mathEqual(b, a))
        expect(typeof mathEqual(a, b)).toBe('boolean')
      }),
      { numRuns: 60 },
    )
  })
})

describe('parseLatex', () => {
  it('gives up after a second, and reads again afterwards', () => {
    const started = performance.now()
    const hostile = `${'-'.repeat(390)}1` // exponential in the parser
    expect(parseLatex(hostile)).toBeNull()
    expect(performance.now() - started).toBeLessThan(30_000)
    expect(parseLatex('x^2')).toEqual(['Power', 'x', 2])
  })

  it('does not try what is unbalanced or prose', () => {
    const started = performance.now()
    for (const text of ['('.repeat(300), '\\frac{'.repeat(50), 'a'.repeat(5000)]) expect(parseLatex(text)).toBeNull()
    expect(performance.now() - started).toBeLessThan(500)
  })
})

describe('extractAnswer', () => {
  it.each([
    ['First \\boxed{1}, then \\boxed{\\frac{1}{2}}.', '\\frac{1}{2}'],
    ['so we get \\boxed{\\{1, \\text{two}\\}}', '\\{1, \\text{two}\\}'],
    ['We have 3 and 4. The answer is 7. Done', '7'],
    ['The final answer is: $x^2 + 1$.', '$x^2 + 1$'],
    ['48 / 2 = 24\n#### 72', '72'],
    ['She has 3 apples and 1,200 pears', '1,200'],
    ['about 12.5% of them', '12.5%'],
    ['\\boxed 5', '5'],
    ['\\boxed{5', null],
    ['I do not know', null],
  ])('%s → %s', (text, answer) => {
    expect(extractAnswer(text)).toBe(answer)
  })
})
