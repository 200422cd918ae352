import type { PairedGain } from './statistics.ts'

/** An ordering that the papers expect (papers.md §12), held against what was measured. */
export interface Claim {
  readonly says: string
  /** Null where the measurement can tell neither way, or where there is none. */
  readonly holds: boolean | null
  readonly figures: string
}

const MARKS = new Map([
  [true, 'holds'],
  [false, 'does **not** hold'],
  [null, 'cannot be told'],
])

/** A claim as a line of a page. */
export const claimLine = ({ says, holds, figures }: Claim): string => `- ${says}: ${MARKS.get(holds)!}. ${figures}.`

/** What an interval says of "above 0". */
export const aboveZero = ({ interval: [low, high] }: Pick<PairedGain, 'interval'>): boolean | null =>
  low > 0 ? true : high < 0 ? false : null

export const gainText = ({ mean, interval: [low, high], wins, n }: PairedGain): string =>
  `${signed(mean)} [${signed(low)}, ${signed(high)}], above in ${wins} of ${n} seeds`

export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`
export const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`
