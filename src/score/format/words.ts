import type { Evidence } from '../../judge/index.ts'
import type { ScoredCriterion } from '../answer.ts'

/** Whether a criterion turned out well: a positive one met, a negative one not; null while unknown. */
export const isGood = ({ met, points }: Pick<ScoredCriterion, 'met' | 'points'>): boolean | null =>
  met === null ? null : met === points > 0

export const outcomeWord = ({ met }: Pick<ScoredCriterion, 'met'>): string =>
  met === null ? 'unknown' : met ? 'met' : 'not met'

/** `“two dogs”`, `1.2–3.4 s`. */
export const evidenceText = (evidence: readonly Evidence[]): string =>
  evidence
    .map((one) =>
      one.kind === 'words' ? `“${one.text}”` : `${seconds(one.startSeconds)}–${seconds(one.endSeconds)} s`,
    )
    .join(', ')

/** A reason, and the evidence where the reason does not quote it already. */
export function reasonText({ reason, evidence = [] }: ScoredCriterion): string {
  const unsaid = evidence.filter((one) => one.kind === 'time' || !reason.includes(one.text))
  return unsaid.length === 0 ? reason : `${reason} (${evidenceText(unsaid)})`
}

const seconds = (value: number): string => value.toFixed(1)

export const signed = (points: number): string => (points > 0 ? `+${points}` : `${points}`)

/** A text on one line, of at most so many characters. */
export function oneLine(text: string, limit: number): string {
  const line = text.trim().replaceAll(/\s+/g, ' ')
  return line.length > limit ? `${[...line].slice(0, limit - 1).join('')}…` : line
}
