import type { Values } from './progress.ts'

/** A number as a person reads it: three significant digits, tiny and huge ones with an exponent. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value < 0 ? '−∞' : '∞'
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size < 1e-3 || size >= 1e7) return value.toExponential(1).replace('e+', 'e').replace('.0e', 'e')
  if (size >= 1000) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}

/** `3 s`, `4 min 12 s`, `2 h 05 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

const BARS = '▁▂▃▄▅▆▇█'

/** A series as a line of bars, `width` at most, from its lowest (▁) to its highest value (█). */
export function sparkline(values: readonly number[], width: number): string {
  const finite = values.filter(Number.isFinite)
  const nBins = Math.min(width, finite.length)
  const bins = Array.from({ length: nBins }, (_, i) => {
    const bin = finite.slice(Math.floor((i * finite.length) / nBins), Math.floor(((i + 1) * finite.length) / nBins))
    return bin.reduce((sum, value) => sum + value, 0) / bin.length
  })
  const [low, high] = [Math.min(...bins), Math.max(...bins)]
  return bins.map((value) => BARS[high === low ? 0 : Math.round(((value - low) / (high - low)) * 7)]).join('')
}

/** What a step shows of its metrics, the most telling first, and how it is called. */
const SHOWN: readonly (readonly [string, string])[] = [
  ['reward', 'reward'],
  ['score', 'score'],
  ['loss', 'loss'],
  ['kl', 'kl'],
  ['completions/mean_length', 'tokens'],
  ['scaffold/ratio', 'scaffold'],
]

/** The figures to show of a step, with their names, the first of which is the one to watch. */
export function shownValues(values: Values, limit = 3): { name: string; value: number }[] {
  const numbers = Object.entries(values).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
  const known = SHOWN.flatMap(([key, name]) => {
    const found = numbers.find(([own]) => own === key)
    return found ? [{ name, value: found[1] }] : []
  })
  return (known.length > 0 ? known : numbers.map(([name, value]) => ({ name, value }))).slice(0, limit)
}
