import { aboveZero, type Claim, gainText } from '../common/claims.ts'
import { mean, pairedGain } from '../common/statistics.ts'
import type { Outcome } from './experiment.ts'

export interface Ordering {
  /** How far the first may fall behind and the ordering still hold: for "at least as good" (0). */
  readonly margin?: number
  readonly digits?: number
}

/** That the held-out scores of one arm are above another's: means by seed, and a paired interval over seeds and samples. */
export function scoresAbove(
  says: string,
  outcomes: readonly Outcome[],
  high: string,
  low: string,
  options: Ordering = {},
): Claim {
  const of = (arm: string) => outcomes.map(({ scores }) => [...scores[arm]!])
  return told(says, of(low), of(high), [low, high], options)
}

/** That a figure is above another. The interval draws seeds alone; of one seed there is none, and nothing is told. */
export function figureAbove(
  says: string,
  outcomes: readonly Outcome[],
  high: string,
  low: string,
  options: Ordering = {},
): Claim {
  if (outcomes.some(({ figures }) => figures[high] === null || figures[low] === null)) return untold(says, high, low)
  const of = (name: string) => outcomes.map(({ figures }) => [figures[name]!])
  const claim = told(says, of(low), of(high), [low, high], options)
  return outcomes.length > 1 ? claim : { ...claim, holds: null }
}

/** That a figure is within a bound with every seed. */
export function figureAtMost(
  says: string,
  outcomes: readonly Outcome[],
  name: string,
  most: number,
  print: (value: number) => string = (value) => value.toPrecision(2),
): Claim {
  return within(says, outcomes, name, { print, bound: `at most ${print(most)}`, holds: (value) => value <= most })
}

/** That a figure reaches a bound with every seed. */
export function figureAtLeast(
  says: string,
  outcomes: readonly Outcome[],
  name: string,
  least: number,
  print: (value: number) => string = (value) => value.toPrecision(2),
): Claim {
  return within(says, outcomes, name, { print, bound: `at least ${print(least)}`, holds: (value) => value >= least })
}

interface Bound {
  readonly bound: string
  readonly print: (value: number) => string
  readonly holds: (value: number) => boolean
}

/** A seed that misses the bound decides; else one without a figure leaves it open. */
function within(says: string, outcomes: readonly Outcome[], name: string, { bound, print, holds }: Bound): Claim {
  const values = outcomes.map(({ figures }) => figures[name] ?? null)
  const known = values.filter((value) => value !== null)
  return {
    says,
    holds: !known.every(holds) ? false : known.length < values.length ? null : true,
    figures: `${values.map((value) => (value === null ? 'none' : print(value))).join(', ')}; ${bound}`,
  }
}

const untold = (says: string, ...names: readonly string[]): Claim => ({
  says,
  holds: null,
  figures: `${names.join(' or ')} has no figure with some seed`,
})

function told(
  says: string,
  low: readonly number[][],
  high: readonly number[][],
  names: readonly [string, string],
  { margin = 0, digits = 3 }: Ordering,
): Claim {
  const gain = pairedGain(low, high)
  const shown = (of: readonly number[][]) => of.map((values) => mean(values).toFixed(digits)).join(', ')
  return {
    says,
    holds: aboveZero({ interval: gain.interval.map((edge) => edge + margin) as [number, number] }),
    figures: `${names[0]} ${shown(low)}; ${names[1]} ${shown(high)}; difference ${gainText(gain)}`,
  }
}
