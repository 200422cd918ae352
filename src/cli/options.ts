import { InvalidArgumentError, Option } from 'commander'
import type { Bits } from '../../models/index.ts'
import { DEVICES } from './device.ts'

// Options that several commands share, worded once.

export const jsonOption = () => new Option('--json', 'print JSON for machines')

export const deviceOption = () => new Option('--device <name>', 'where to compute').choices([...DEVICES]).default('cpu')

export const baseOption = () =>
  new Option('--base <model>', 'of an adapter: the model it stands beside, in place of the one that its config names')

/** Parsed to the number, or undefined. */
export const quantiseOption = () =>
  new Option(
    '--quantise <bits>',
    'hold linears in 4 or 8 bits, as `adapter: {quantise: 4}` does in training; written once, kept in the cache',
  ).argParser((text): Bits => {
    if (text === '4' || text === '8') return Number(text) as Bits
    throw new InvalidArgumentError('Expected 4 or 8.')
  })

export const seedOption = (about: string) => new Option('--seed <seed>', about)

/** A whole number from `least` up, for options that count. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least) return value
    throw new InvalidArgumentError(`Expected a whole number, ${least} or more.`)
  }

export const numberFrom =
  (least: number) =>
  (text: string): number => {
    const value = Number(text)
    if (text.trim() !== '' && value >= least) return value
    throw new InvalidArgumentError(`Expected a number, ${least} or more.`)
  }

/** Collects an option that may be given several times. */
export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value]

/** An argument that is a JSON object. */
export function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {}
  throw new InvalidArgumentError('Expected a JSON object.')
}

/** An argument of two prices, of a million tokens read and written. */
export function pricePair(text: string): { input: number; output: number } {
  const [input, output, ...more] = text.split(',').map(Number)
  if (input !== undefined && output !== undefined && more.length === 0 && input >= 0 && output >= 0)
    return { input, output }
  throw new InvalidArgumentError('Expected two prices, such as 2,8.')
}
