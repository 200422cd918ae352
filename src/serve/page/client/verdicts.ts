/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// Verdicts as a list, on both pages.
import { make } from './wire.ts'

export interface Verdict {
  readonly criterion: string
  readonly points: number
  readonly met: boolean | null
  readonly reason: string
}

/** Fills a list with verdicts: a mark, the criterion, its points, and why. */
export function showVerdicts(list: HTMLElement, verdicts: readonly Verdict[]): void {
  list.replaceChildren(
    ...verdicts.map(({ criterion, points, met, reason }) => {
      const item = make('li')
      // To meet a criterion that takes points away is a fault.
      const [name, word] =
        met === null
          ? ['unknown', 'unknown']
          : points < 0
            ? met
              ? ['unmet', 'happened']
              : ['avoided', 'avoided']
            : met
              ? ['met', 'met']
              : ['unmet', 'not met']
      const sign = points > 0 ? '+' : '−'
      item.append(
        make('span', `mark ${name}`, word),
        make('span', '', criterion),
        make('span', 'points', `${sign}${Math.abs(points)}`),
      )
      if (reason !== '') item.append(make('span', 'reason', reason))
      return item
    }),
  )
}
