/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// Verdicts as a list, and the words of an answer that they are about.
import type { Span, Verdict } from './conversation.ts'
import { make } from './wire.ts'

/** How a verdict is marked: to meet a criterion that takes points away is a fault. */
export function markOf({ met, points }: Pick<Verdict, 'met' | 'points'>): { name: string; word: string } {
  if (met === null) return { name: 'unknown', word: 'unknown' }
  if (points === null) return { name: 'avoided', word: met ? 'met' : 'not met' } // whether that is good is not known
  if (points < 0) return met ? { name: 'unmet', word: 'happened' } : { name: 'avoided', word: 'avoided' }
  return met ? { name: 'met', word: 'met' } : { name: 'unmet', word: 'not met' }
}

/**
 * Fills a list with verdicts: a mark, the criterion, its points, and why. A verdict that knows where its reason stands gets
 * a button; `point` is told while the button is under the pointer or has the focus, and of null when it no longer is.
 */
export function showVerdicts(
  list: HTMLElement,
  verdicts: readonly Verdict[],
  point: (verdict: Verdict | null) => void = () => {},
): void {
  list.replaceChildren(
    ...verdicts.map((verdict) => {
      const { criterion, points, reason, spans } = verdict
      const item = make('li')
      const { name, word } = markOf(verdict)
      const hasPlace = (spans?.words.length ?? 0) + (spans?.times.length ?? 0) > 0
      const what = make('span', 'what')
      if (hasPlace) {
        const where = make('button', 'where', criterion)
        where.type = 'button'
        where.title = 'Shows where'
        where.onpointerenter = where.onfocus = () => point(verdict)
        where.onpointerleave = where.onblur = () => point(null)
        where.onclick = () => point(verdict) // a finger neither hovers nor focuses
        what.append(where)
      } else what.textContent = criterion
      const worth = points === null ? '' : `${points > 0 ? '+' : '−'}${Math.abs(points)}`
      item.append(make('span', `mark ${name}`, word), what, make('span', 'points', worth))
      if (reason !== '') item.append(make('span', 'reason', reason))
      return item
    }),
  )
}

/** Writes a text with the given stretches marked; they may overlap. */
export function showWords(element: HTMLElement, text: string, spans: readonly Span[]): void {
  const cuts = [...new Set([0, text.length, ...spans.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b)
  element.replaceChildren(
    ...cuts.slice(0, -1).map((from, i) => {
      const piece = text.slice(from, cuts[i + 1])
      const isMarked = spans.some(({ start, end }) => start <= from && from < end)
      return isMarked ? make('mark', '', piece) : piece
    }),
  )
}

/** `5 met, 2 not met, 1 unknown`, in words. */
export function summary(verdicts: readonly Verdict[]): string {
  const counts = new Map<string, number>()
  for (const verdict of verdicts) {
    const { word } = markOf(verdict)
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return [...counts].map(([word, n]) => `${n} ${word}`).join(', ')
}
