const MINUS = '−'

/** A score or share in percent, without the sign: 0.4123 → "41.2". */
export function percent(share: number, digits = 1): string {
  return number(share * 100, digits)
}

/** A difference of scores in percentage points, always with its sign: 0.24 → "+24.0". */
export function signedPercent(share: number, digits = 1): string {
  const text = number(share * 100, digits)
  return text.startsWith(MINUS) || Number(text) === 0 ? text : `+${text}`
}

/** Fixed digits with a true minus sign; "−0.0" is written "0.0". */
export function number(value: number, digits: number): string {
  const text = value.toFixed(digits)
  if (!text.startsWith('-')) return text
  return Number(text) === 0 ? text.slice(1) : MINUS + text.slice(1)
}

/** About three significant digits, for metrics whose size is not known beforehand: 0.00001234 → "1.23e−5". */
export function compact(value: number): string {
  const size = Math.abs(value)
  if (value !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2).replaceAll('-', MINUS)
  if (size >= 100 || Number.isInteger(value)) return number(value, Number.isInteger(value) ? 0 : 1)
  return number(value, size >= 10 ? 1 : 3)
}

/** 4.25 → "4.3 s", 75 → "1 min 15 s", 7,322 → "2 h 2 min". */
export function duration(seconds: number): string {
  if (seconds < 60) return `${number(seconds, seconds < 10 ? 1 : 0)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Points of a criterion with their sign: 7 → "+7", −5 → "−5". */
export function points(value: number): string {
  return value < 0 ? `${MINUS}${-value}` : `+${value}`
}

/** "1 clip", "3 clips". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`
}

/** The beginning of a text and how many characters were left out; never cuts a surrogate pair. */
export function clip(text: string, max: number): { text: string; nLeftOut: number } {
  if (text.length <= max) return { text, nLeftOut: 0 }
  const code = text.charCodeAt(max - 1)
  const end = code >= 0xd800 && code <= 0xdbff ? max - 1 : max
  return { text: text.slice(0, end), nLeftOut: text.length - end }
}
