import { InvalidArgumentError, Option } from 'commander'
import { DEVICES } from './device.ts'

// Options that several commands share, worded once.

export const jsonOption = () => new Option('--json', 'print JSON for machines')

export const deviceOption = () => new Option('--device <name>', 'where to compute').choices([...DEVICES]).default('cpu')

export const baseOption = () =>
  new Option('--base <model>', 'of an adapter: the model it stands beside, in place of the one that its config names')

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
