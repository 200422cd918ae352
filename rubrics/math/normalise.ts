/** Units and words that answers carry and that say nothing about their value. */
const WORDS = /\\(?:text|mathrm|mbox|textbf|mathbf|operatorname)\s*\{([^{}]*)\}/g

/**
 * An answer in the one spelling in which answers are compared: dollars, spacing commands, sizes of brackets, units and
 * thousands' commas taken out (after Hendrycks' MATH and Qwen2.5-Math's `strip_string`).
 */
export function normaliseAnswer(answer: string): string {
  let text = answer
    .trim()
    .replace(/^\$+|\$+$/g, '')
    .replace(/^\\\(|\\\)$|^\\\[|\\\]$/g, '')
    .trim()
  text = text
    .replaceAll(/\\(?:left|right|[bB]igg?[lr]?)(?![a-zA-Z])/g, '')
    .replaceAll(/\\[!,;: ]|\\q?quad(?![a-zA-Z])|~/g, ' ')
    .replaceAll(/\\[dt]frac/g, '\\frac')
    .replaceAll(/\\(?:displaystyle|limits|nolimits)(?![a-zA-Z])/g, '')
    .replaceAll(/\^\s*\{?\s*\\circ\s*\}?|°/g, '')
    .replaceAll(/\\\$|\$/g, '')
    .replaceAll('\\%', '%')
    .replaceAll('\\{', '⟨')
    .replaceAll('\\}', '⟩')
    .replaceAll('−', '-')
    .replaceAll('\\lbrace', '⟨')
    .replaceAll('\\rbrace', '⟩')
  // A word alone is the answer; behind something it is its unit.
  const words = text.replaceAll(WORDS, ' ').trim()
  text = words === '' ? text.replaceAll(WORDS, '$1') : words
  text = text.replace(/\.$/, '').trim()
  text = text.replaceAll(/(?<=\d),(?=\d{3}(?!\d))/g, '')
  text = text.replaceAll(/\\frac\s*(\d)\s*(\d)/g, '\\frac{$1}{$2}').replaceAll(/\\sqrt\s*(\d)/g, '\\sqrt{$1}')
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** Value of a plain decimal, a fraction of whole numbers, or a per cent; null for anything else. */
export function plainNumber(
  text: string,
): { readonly value: number; readonly whole: boolean; readonly percent: boolean } | null {
  const percent = /%$/.test(text)
  const digits = text.replace(/\s*%$/, '').replaceAll(' ', '')
  const decimal = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.exec(digits)
  if (decimal) return { value: Number(digits), whole: /^[-+]?\d+$/.test(digits), percent }
  const [, sign, above, below] =
    /^([-+]?)\\frac\{(-?\d+)\}\{(-?\d+)\}$/.exec(digits) ?? /^([-+]?)(\d+)\/(\d+)$/.exec(digits) ?? []
  if (above === undefined || Number(below) === 0) return null
  return { value: (sign === '-' ? -1 : 1) * (Number(above) / Number(below)), whole: false, percent }
}

/** Parts between the commas (or other marks) that stand outside of all brackets. */
export function splitOutside(text: string, mark = ','): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]!
    if ('([{⟨'.includes(letter)) depth++
    else if (')]}⟩'.includes(letter)) depth--
    else if (depth === 0 && text.startsWith(mark, i)) {
      parts.push(text.slice(from, i).trim())
      from = i + mark.length
    }
  }
  return [...parts, text.slice(from).trim()]
}
