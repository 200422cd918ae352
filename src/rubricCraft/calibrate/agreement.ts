/** A judge's verdict beside a person's. */
export interface Pair {
  readonly human: boolean
  readonly judge: boolean
}

export interface Agreement {
  readonly n: number
  /** Share of verdicts that are the same; null without any. */
  readonly agreement: number | null
  /** Cohen's κ; null where it has none: no pairs, or both always say the same one thing. */
  readonly kappa: number | null
  /** Share of what people call unmet that the judge calls met; null where there is none. */
  readonly falseMet: number | null
  /** Share of what people call met that the judge calls unmet; null where there is none. */
  readonly falseUnmet: number | null
}

/**
 * Agreement of a judge with people, and what is left of it beyond chance:
 *
 *   κ = (pₒ − pₑ) / (1 − pₑ),  pₒ the share of equal verdicts, pₑ = pₕ·pⱼ + (1 − pₕ)(1 − pⱼ)
 *
 * with pₕ and pⱼ the shares that people and the judge call met (J. Cohen, 1960).
 */
export const agreementOf = (pairs: readonly Pair[]): Agreement => agreementOfTable(tableOf(pairs))

/** How often each of the four cases is found. */
export interface Table {
  both: number
  neither: number
  falseMet: number
  falseUnmet: number
}

export function tableOf(pairs: readonly Pair[]): Table {
  const table = { both: 0, neither: 0, falseMet: 0, falseUnmet: 0 }
  for (const { human, judge } of pairs)
    table[human ? (judge ? 'both' : 'falseUnmet') : judge ? 'falseMet' : 'neither']++
  return table
}

export function agreementOfTable({ both, neither, falseMet, falseUnmet }: Table): Agreement {
  const n = both + neither + falseMet + falseUnmet
  const [nMet, nUnmet] = [both + falseUnmet, neither + falseMet]
  const observed = (both + neither) / n
  const [human, judge] = [nMet / n, (both + falseMet) / n]
  const expected = human * judge + (1 - human) * (1 - judge)
  return {
    n,
    agreement: n === 0 ? null : observed,
    kappa: n === 0 || expected >= 1 ? null : (observed - expected) / (1 - expected),
    falseMet: nUnmet === 0 ? null : falseMet / nUnmet,
    falseUnmet: nMet === 0 ? null : falseUnmet / nMet,
  }
}
