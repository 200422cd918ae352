/** Thrown when a `config.json` describes a model that is not supported, or lacks a field. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** One object of a `config.json`; knows the file and where in it, for errors. */
export interface Section {
  readonly values: Readonly<Record<string, unknown>>
  readonly file: string
  /** As an error names it: '' or `text_config.`. */
  readonly where: string
}

export function section(value: unknown, file: string, name = ''): Section {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { values: value as Record<string, unknown>, file, where: name && `${name}.` }
  }
  throw new ConfigError(`${file}: ${name || 'the file'} is ${JSON.stringify(value)}, expected an object.`)
}

/** A number, or what stands for it when the key is left out or null. */
export function numberAt({ values, file, where }: Section, key: string, fallback?: number): number {
  const value = values[key] ?? fallback
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new ConfigError(`${file}: ${where}${key} is ${JSON.stringify(values[key])}, expected a number.`)
}

/** A count that sizes a tensor. */
export function countAt(from: Section, key: string, fallback?: number): number {
  const value = numberAt(from, key, fallback)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new ConfigError(`${from.file}: ${from.where}${key} is ${value}, expected a whole number ≥ 1.`)
}

/** Refuses a setting that would make the model compute something else than it does here. */
export function mustBe({ values, file, where }: Section, key: string, supported: unknown, ...also: unknown[]): void {
  const value = values[key]
  if (value === undefined || value === null || value === supported || also.includes(value)) return
  const all = [supported, ...also].map((one) => JSON.stringify(one)).join(', ')
  throw new ConfigError(`${file}: ${where}${key} is ${JSON.stringify(value)}. Supported: ${all}.`)
}
